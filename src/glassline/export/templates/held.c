
/* ---- Whether the camera's repeatability could have changed the decision ---- */

#define SPLITS 200      /* cells that wait at a time */
#define MOST_CELLS 20000 /* that are looked at before a part is held for safety */
#define BISECTIONS 60
#define SWEEPS 200
#define SURE 1e-11 /* nats: so far ahead rounding changes nothing */
#define NONE 1e-10 /* nats: no lead to speak of */

typedef double shares_of[MOST_SIDE];
typedef double matrix[FEATURES][FEATURES];

/* One border, as one part sees it: the logits of both sides, and how they may move. */
typedef struct {
    const held_border *border;
    const matrix *moved;
    double pro[MOST_SIDE];
    double con[MOST_SIDE];
} asking;

static void add_weights(double w[FEATURES], const double *share, const int32_t *classes,
                        int32_t count, double sign)
{
    for (int32_t c = 0; c < count; c++) {
        for (int32_t i = 0; i < FEATURES; i++) {
            w[i] += sign * share[c] * WEIGHT[i][classes[c]];
        }
    }
}

static double product(const double a[FEATURES], const asking *q, const double b[FEATURES])
{
    double total = 0.0;
    for (int32_t i = 0; i < FEATURES; i++) {
        double pull = 0.0;
        for (int32_t j = 0; j < FEATURES; j++) {
            pull += (*q->moved)[i][j] * b[j];
        }
        total += a[i] * pull;
    }
    return total;
}

static double root_of(double value) { return (value > 0.0) ? sqrt(value) : 0.0; }

static double entropy_of(const double *share, int32_t count)
{
    double total = 0.0;
    for (int32_t c = 0; c < count; c++) {
        total -= (share[c] > 0.0) ? (share[c] * log(share[c])) : 0.0;
    }
    return total;
}

/* The largest plus log1p of the rest: log sum exp. */
static double log_sum(const double *value, int32_t count)
{
    int32_t top = 0;
    double rest = 0.0;
    for (int32_t c = 1; c < count; c++) {
        top = (value[c] > value[top]) ? c : top;
    }
    for (int32_t c = 0; c < count; c++) {
        rest += (c == top) ? 0.0 : exp(value[c] - value[top]);
    }
    return value[top] + log1p(rest);
}

/* The shares of two classes against, all others fixed, that leave the least lead: the root
 * of a function of their log odds that falls, between two ends. */
static void balance(const asking *q, const double *a, double *b, int32_t i, int32_t j)
{
    const held_border *border = q->border;
    const double whole = b[i] + b[j];
    const double odds = q->con[i] - q->con[j];
    double rest[FEATURES] = {0.0};
    double apart[FEATURES];
    b[i] = 0.0;
    b[j] = whole;
    add_weights(rest, a, border->pro, border->pros, 1.0);
    add_weights(rest, b, border->con, border->cons, -1.0);
    for (int32_t f = 0; f < FEATURES; f++) {
        apart[f] = WEIGHT[f][border->con[i]] - WEIGHT[f][border->con[j]];
    }
    const double square = product(rest, q, rest);
    const double mixed = product(rest, q, apart);
    const double wide = product(apart, q, apart);
    const double most = HELD_LIMIT * root_of(wide);
    double low = odds - most;
    double high = odds + most;
    for (int32_t turn = 0; turn < BISECTIONS; turn++) {
        const double middle = 0.5 * (low + high);
        const double share = whole / (1.0 + exp(-middle));
        const double length
            = root_of(square - (2.0 * share * mixed) + (share * share * wide));
        const double slope = (length > 0.0) ? ((mixed - (share * wide)) / length) : 0.0;
        if ((odds + (HELD_LIMIT * slope)) > middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    b[i] = whole / (1.0 + exp(-0.5 * (low + high)));
    b[j] = whole - b[i];
}

/* One round of all pairs of classes against; how far the shares moved. */
static double balanced(const asking *q, const double *a, double *b)
{
    double away = 0.0;
    for (int32_t i = 0; i < q->border->cons; i++) {
        for (int32_t j = i + 1; j < q->border->cons; j++) {
            const double before = b[i];
            balance(q, a, b, i, j);
            away = (fabs(b[i] - before) > away) ? fabs(b[i] - before) : away;
        }
    }
    return away;
}

/* The lead of the other action at the worst reading of these shares: one that is there. */
static double lead_there(const asking *q, const double *a, const double *b)
{
    const held_border *border = q->border;
    double w[FEATURES] = {0.0};
    double there[2][MOST_SIDE];
    add_weights(w, a, border->pro, border->pros, 1.0);
    add_weights(w, b, border->con, border->cons, -1.0);
    const double length = root_of(product(w, q, w));
    const double share = (length > 0.0) ? ((HELD_LIMIT * (1.0 - 1e-12)) / length) : 0.0;
    for (int32_t side = 0; side < 2; side++) {
        const int32_t count = (side == 0) ? border->pros : border->cons;
        const int32_t *classes = (side == 0) ? border->pro : border->con;
        for (int32_t c = 0; c < count; c++) {
            double column[FEATURES];
            for (int32_t i = 0; i < FEATURES; i++) {
                column[i] = WEIGHT[i][classes[c]];
            }
            there[side][c] = ((side == 0) ? q->pro[c] : q->con[c])
                             + (share * product(column, q, w));
        }
    }
    return log_sum(there[0], border->pros) - log_sum(there[1], border->cons);
}

/* What no reading's lead exceeds, for shares within these corners: the entropy lies below
 * its tangent in the middle, and all else is convex. */
static double most_within(const asking *q, const shares_of *corners, const double *middle,
                          const double *b)
{
    const held_border *border = q->border;
    double most = -INFINITY;
    double against = entropy_of(b, border->cons);
    for (int32_t c = 0; c < border->cons; c++) {
        against += b[c] * q->con[c];
    }
    for (int32_t corner = 0; corner < border->pros; corner++) {
        double w[FEATURES] = {0.0};
        double ahead = -against;
        add_weights(w, corners[corner], border->pro, border->pros, 1.0);
        add_weights(w, b, border->con, border->cons, -1.0);
        for (int32_t c = 0; c < border->pros; c++) {
            ahead += corners[corner][c] * (q->pro[c] - log(middle[c]));
        }
        ahead += HELD_LIMIT * root_of(product(w, q, w));
        most = (ahead > most) ? ahead : most;
    }
    return most;
}

/* 1: some reading is decided otherwise; 0: none is; -1: not known of this cell. */
static int32_t known_of(const asking *q, const shares_of *corners)
{
    const held_border *border = q->border;
    double middle[MOST_SIDE] = {0.0};
    double b[MOST_SIDE];
    double largest = q->con[0];
    double total = 0.0;
    int32_t answer = -1;
    for (int32_t corner = 0; corner < border->pros; corner++) {
        for (int32_t c = 0; c < border->pros; c++) {
            middle[c] += corners[corner][c] / (double)border->pros;
        }
    }
    for (int32_t c = 1; c < border->cons; c++) {
        largest = (q->con[c] > largest) ? q->con[c] : largest;
    }
    for (int32_t c = 0; c < border->cons; c++) {
        b[c] = exp(q->con[c] - largest);
        total += b[c];
    }
    for (int32_t c = 0; c < border->cons; c++) {
        b[c] /= total;
    }
    for (int32_t sweep = 0; sweep < SWEEPS; sweep++) {
        const double away = balanced(q, middle, b);
        if (lead_there(q, middle, b) >= SURE) {
            answer = 1;
        } else if (most_within(q, corners, middle, b) < NONE) {
            answer = 0;
        } else {
            answer = -1;
        }
        if ((answer >= 0) || (away < 1e-13) || (border->cons < 3)) {
            break;
        }
    }
    return answer;
}

/* Cut the longest edge of a cell in two. */
static void cut(shares_of *cell, shares_of *other, int32_t count)
{
    int32_t ends[2] = {0, 1};
    double longest = -1.0;
    for (int32_t i = 0; i < count; i++) {
        for (int32_t j = i + 1; j < count; j++) {
            double edge = 0.0;
            for (int32_t c = 0; c < count; c++) {
                edge += (cell[i][c] - cell[j][c]) * (cell[i][c] - cell[j][c]);
            }
            if (edge > longest) {
                longest = edge;
                ends[0] = i;
                ends[1] = j;
            }
        }
    }
    for (int32_t i = 0; i < count; i++) {
        for (int32_t c = 0; c < count; c++) {
            other[i][c] = cell[i][c];
        }
    }
    for (int32_t c = 0; c < count; c++) {
        const double middle = 0.5 * (cell[ends[0]][c] + cell[ends[1]][c]);
        cell[ends[0]][c] = middle;
        other[ends[1]][c] = middle;
    }
}

/* Branch and bound over the shares of the classes for another action. */
static int32_t is_crossed(const asking *q)
{
    shares_of cells[SPLITS][MOST_SIDE];
    const int32_t count = q->border->pros;
    int32_t waiting = 1;
    int32_t answer = 0;
    for (int32_t i = 0; i < count; i++) {
        for (int32_t c = 0; c < count; c++) {
            cells[0][i][c] = (i == c) ? 1.0 : 0.0;
        }
    }
    for (int32_t looked = 0; (waiting > 0) && (answer == 0); looked++) {
        shares_of *cell = cells[waiting - 1];
        const int32_t known = known_of(q, cell);
        if (known == 0) {
            waiting--;
        } else if ((known == 1) || (count < 2) || (waiting == SPLITS)
                   || (looked == MOST_CELLS)) {
            answer = 1;
        } else {
            cut(cell, cells[waiting], count);
            waiting++;
        }
    }
    return answer;
}

/* Whether a reading within the limit of the gauge would be decided otherwise. */
static int32_t is_held(const double unclipped[FEATURES], const double logits[CLASSES],
                       int32_t action)
{
    double moves[FEATURES];
    matrix moved;
    asking q = {NULL, (const matrix *)&moved, {0.0}, {0.0}};
    int32_t answer = 0;
    for (int32_t i = 0; i < FEATURES; i++) {
        moves[i] = ((unclipped[i] - CLIP) > REACH[i]) ? SLOPE : 1.0;
        if (((unclipped[i] - FAR) > REACH[i]) || ((-CLIP - unclipped[i]) > REACH[i])) {
            moves[i] = 0.0;
        }
    }
    for (int32_t i = 0; i < FEATURES; i++) {
        for (int32_t j = 0; j < FEATURES; j++) {
            moved[i][j] = moves[i] * COVARIANCE[i][j] * moves[j];
        }
    }
    for (int32_t at = 0; (at < BORDERS) && (answer == 0); at++) {
        if (HELD_BORDER[at].taken == action) {
            q.border = &HELD_BORDER[at];
            for (int32_t c = 0; c < q.border->pros; c++) {
                q.pro[c] = logits[q.border->pro[c]] + q.border->logs[q.border->pro[c]];
            }
            for (int32_t c = 0; c < q.border->cons; c++) {
                q.con[c] = logits[q.border->con[c]] + q.border->logs[q.border->con[c]];
            }
            answer = is_crossed(&q);
        }
    }
    return answer;
}
