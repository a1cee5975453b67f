
static int32_t all_finite(const double *values, int32_t count)
{
    int32_t answer = 1;
    for (int32_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) {
            answer = 0;
        }
    }
    return answer;
}

int32_t glassline_scale(const double readings[FEATURES], double unclipped[FEATURES])
{
    int32_t status = GLASSLINE_NOT_FINITE;
    if (all_finite(readings, FEATURES) != 0) {
        for (int32_t i = 0; i < FEATURES; i++) {
            const double size = log1p(fabs(readings[i]));
            const double curved = (readings[i] < 0.0) ? -size : size;
            unclipped[i] = (curved - CENTER[i]) / SPREAD[i];
        }
        status = GLASSLINE_DONE;
    }
    return status;
}

/* exp of each logit less the largest, over their sum, added as NumPy adds a row. */
static void softmax(const double z[CLASSES], double p[CLASSES])
{
    double largest = z[0];
    double total = 0.0;
    for (int32_t c = 1; c < CLASSES; c++) {
        largest = (z[c] > largest) ? z[c] : largest;
    }
    for (int32_t c = 0; c < CLASSES; c++) {
        p[c] = exp(z[c] - largest);
    }
#if CLASSES < 8
    for (int32_t c = 0; c < CLASSES; c++) {
        total += p[c];
    }
#else
    double lane[8];
    const int32_t whole = CLASSES - (CLASSES % 8);
    for (int32_t c = 0; c < 8; c++) {
        lane[c] = p[c];
    }
    for (int32_t c = 8; c < whole; c++) {
        lane[c % 8] += p[c];
    }
    total = ((lane[0] + lane[1]) + (lane[2] + lane[3]))
            + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    for (int32_t c = whole; c < CLASSES; c++) {
        total += p[c];
    }
#endif
    for (int32_t c = 0; c < CLASSES; c++) {
        p[c] /= total;
    }
}

/* Correct probabilities from the mix of training to that of the line. */
static void adjust(const double p[CLASSES], double adjusted[CLASSES])
{
#if CORRECTS
    double largest = 0.0;
    double total = 0.0;
    for (int32_t c = 0; c < CLASSES; c++) {
        largest = ((p[c] > 0.0) && (RATIO[c] > largest)) ? RATIO[c] : largest;
    }
    for (int32_t c = 0; c < CLASSES; c++) {
        adjusted[c] = p[c] * (((p[c] > 0.0) ? RATIO[c] : 0.0) / largest);
        total += adjusted[c];
    }
    for (int32_t c = 0; c < CLASSES; c++) {
        adjusted[c] /= total;
    }
#else
    for (int32_t c = 0; c < CLASSES; c++) {
        adjusted[c] = p[c];
    }
#endif
}

#if REGIONS > 0
/* Whether the part lies outside the ellipsoids of all classes of training. */
static int32_t is_novel(const double u[FEATURES])
{
    double least = INFINITY;
    for (int32_t m = 0; m < REGIONS; m++) {
        double square = 0.0;
        for (int32_t i = 0; i < FEATURES; i++) {
            double pull = 0.0;
            for (int32_t j = 0; j < FEATURES; j++) {
                pull += (u[j] - CENTERS[m][j]) * INVERSES[m][j][i];
            }
            square += (u[i] - CENTERS[m][i]) * pull;
        }
        least = (square < least) ? square : least;
    }
    return (least > CUT) ? 1 : 0;
}
#endif

/* The cheapest action, of equals the safest; with a guarantee only that accepts. */
static int32_t cheapest(const double adjusted[CLASSES], const double costs[3])
{
    double largest = 0.0;
    double least = (costs[GLASSLINE_REVIEW] < costs[GLASSLINE_REJECT])
                       ? costs[GLASSLINE_REVIEW]
                       : costs[GLASSLINE_REJECT];
    int32_t taken = GLASSLINE_REJECT;
    for (int32_t a = 0; a < 3; a++) {
        largest = (fabs(costs[a]) > largest) ? fabs(costs[a]) : largest;
    }
#if BY_COST
    least = (costs[GLASSLINE_ACCEPT] < least) ? costs[GLASSLINE_ACCEPT] : least;
#endif
    const double limit = least + (TIE * largest);
#if BY_COST
    taken = (costs[GLASSLINE_REJECT] <= limit) ? GLASSLINE_REJECT : GLASSLINE_ACCEPT;
#endif
    taken = (costs[GLASSLINE_REVIEW] <= limit) ? GLASSLINE_REVIEW : taken;
#if GUARANTEED
    taken = (adjusted[GOOD] >= THRESHOLD) ? GLASSLINE_ACCEPT : taken;
#else
    (void)adjusted;
#endif
    return taken;
}

int32_t glassline_judge_x(const double unclipped[FEATURES], glassline_verdict *verdict)
{
    int32_t status = GLASSLINE_NOT_FINITE;
    *verdict = (glassline_verdict){.class_place = -1, .decision_place = -1};
    if (all_finite(unclipped, FEATURES) != 0) {
        double *z = verdict->logits;
        int32_t place = 0;
        for (int32_t i = 0; i < FEATURES; i++) {
            const double near = (unclipped[i] < FAR) ? unclipped[i] : FAR;
            const double end = CLIP + (SLOPE * (near - CLIP));
            const double x = (unclipped[i] < end) ? unclipped[i] : end;
            verdict->x[i] = (x < -CLIP) ? -CLIP : x;
        }
        for (int32_t c = 0; c < CLASSES; c++) {
            z[c] = verdict->x[0] * WEIGHT[0][c];
            for (int32_t i = 1; i < FEATURES; i++) {
                z[c] += verdict->x[i] * WEIGHT[i][c];
            }
            z[c] += BIAS[c];
            place = (z[c] > z[place]) ? c : place;
        }
        softmax(z, verdict->probabilities);
        adjust(verdict->probabilities, verdict->adjusted);
        for (int32_t a = 0; a < 3; a++) {
            for (int32_t c = 0; c < CLASSES; c++) {
                verdict->costs[a] += verdict->adjusted[c] * COSTS[c][a];
            }
        }
        verdict->class_place = place;
        verdict->decision_place = cheapest(verdict->adjusted, verdict->costs);
#if REGIONS > 0
        verdict->is_novel = is_novel(unclipped);
        if (verdict->is_novel != 0) {
            verdict->decision_place = GLASSLINE_REVIEW;
        }
#endif
#if HOLDS
        verdict->is_held = is_held(unclipped, z, verdict->decision_place);
        if (verdict->is_held != 0) {
            verdict->decision_place = GLASSLINE_REVIEW;
        }
#endif
        status = GLASSLINE_DONE;
    }
    return status;
}

int32_t glassline_judge(const double readings[FEATURES], glassline_verdict *verdict)
{
    double unclipped[FEATURES] = {0.0};
    int32_t status = glassline_scale(readings, unclipped);
    if (status == GLASSLINE_DONE) {
        status = glassline_judge_x(unclipped, verdict);
    } else {
        *verdict = (glassline_verdict){.class_place = -1, .decision_place = -1};
    }
    return status;
}
