
/* ---- The measured front: what glassline.features measures, in single precision. ---- */

typedef struct {
    int32_t rows;
    int32_t columns;
    float *at;
} plane;

typedef struct {
    plane mean; /* (Lxx + Lyy) / 2 */
    plane turn; /* sqrt(((Lxx - Lyy) / 2)^2 + Lxy^2) */
    float noise;
} curvature;

typedef struct {
    plane smaller[4]; /* averaged over 1, 2, 4 and 8 pixels */
    int32_t rows;     /* of cells of 4 x 4 pixels */
    int32_t columns;
    curvature curved[WIDTHS];
} surface;

static float larger_of(float a, float b) { return (a > b) ? a : b; }
static float lesser_of(float a, float b) { return (a < b) ? a : b; }
static int32_t least_of(int32_t a, int32_t b) { return (a < b) ? a : b; }
static int32_t most_of(int32_t a, int32_t b) { return (a > b) ? a : b; }

/* Memory is taken in order and given back to a mark; room was reckoned in advance. */
static float *taken(glassline_reader *reader, size_t count)
{
    float *found = &reader->memory[reader->used];
    reader->used += count;
    return found;
}

static plane new_plane(glassline_reader *reader, int32_t rows, int32_t columns)
{
    return (plane){rows, columns, taken(reader, (size_t)rows * (size_t)columns)};
}

static size_t size_of(plane p) { return (size_t)p.rows * (size_t)p.columns; }

static float *row_of(plane p, int32_t row)
{
    return &p.at[(size_t)row * (size_t)p.columns];
}

/* A place beyond the border, mirrored at the middle of the last pixel. */
static int32_t mirrored(int32_t place, int32_t side)
{
    int32_t found = place;
    if (side == 1) {
        found = 0;
    } else {
        while ((found < 0) || (found >= side)) {
            found = (found < 0) ? -found : ((2 * (side - 1)) - found);
        }
    }
    return found;
}

/* ---- Smaller and larger planes ---- */

static int32_t half_of(int32_t side) { return most_of(1, side / 2); }

static plane halved(glassline_reader *reader, plane p)
{
    plane out = new_plane(reader, half_of(p.rows), half_of(p.columns));
    const int32_t lanes = out.columns - (out.columns % ROW_LANES);
    for (int32_t r = 0; r < out.rows; r++) {
        const float *above = row_of(p, 2 * r);
        const float *below = row_of(p, least_of((2 * r) + 1, p.rows - 1));
        float *to = row_of(out, r);
        for (int32_t c = 0; c < out.columns; c++) {
            const int32_t left = 2 * c;
            const int32_t right = least_of(left + 1, p.columns - 1);
            const float pair = above[left] + above[right];
            to[c] = ((c < lanes) ? (pair + (below[left] + below[right]))
                                 : ((pair + below[left]) + below[right]))
                    * 0.25F;
        }
    }
    return out;
}

/* The share that source pixel `at` has in the mean over [from, to). */
static double covered(double from, double to, int32_t at)
{
    const double start = (from > (double)at) ? from : (double)at;
    const double end = (to < ((double)at + 1.0)) ? to : ((double)at + 1.0);
    return (end > start) ? (end - start) : 0.0;
}

/* The mean over the area that each place of a smaller plane covers. */
static plane by_area(glassline_reader *reader, plane p, int32_t rows, int32_t columns)
{
    plane out = new_plane(reader, rows, columns);
    const double tall = (double)p.rows / (double)rows;
    const double wide = (double)p.columns / (double)columns;
    for (int32_t r = 0; r < rows; r++) {
        const double top = (double)r * tall;
        const int32_t last_row = least_of(p.rows - 1, (int32_t)floor(top + tall));
        for (int32_t c = 0; c < columns; c++) {
            const double left = (double)c * wide;
            const int32_t last = least_of(p.columns - 1, (int32_t)floor(left + wide));
            double total = 0.0;
            for (int32_t y = (int32_t)floor(top); y <= last_row; y++) {
                const double weight = covered(top, top + tall, y);
                const float *from = row_of(p, y);
                double along = 0.0;
                for (int32_t x = (int32_t)floor(left); x <= last; x++) {
                    along += covered(left, left + wide, x) * (double)from[x];
                }
                total += weight * along;
            }
            row_of(out, r)[c] = (float)(total / (tall * wide));
        }
    }
    return out;
}

typedef struct {
    int32_t first;
    int32_t second;
    float share; /* of the second */
} between;

static between places_between(int32_t at, int32_t from, int32_t to)
{
    const double scale = (double)from / (double)to;
    const float place = (float)((((double)at + 0.5) * scale) - 0.5);
    int32_t first = (int32_t)floorf(place);
    float share = place - (float)first;
    if (first < 0) {
        first = 0;
        share = 0.0F;
    }
    if (first >= (from - 1)) {
        first = from - 1;
        share = 0.0F;
    }
    return (between){first, least_of(first + 1, from - 1), share};
}

static plane linearly(glassline_reader *reader, plane p, int32_t rows, int32_t columns)
{
    plane out = new_plane(reader, rows, columns);
    for (int32_t r = 0; r < rows; r++) {
        const between y = places_between(r, p.rows, rows);
        const float *above = row_of(p, y.first);
        const float *below = row_of(p, y.second);
        for (int32_t c = 0; c < columns; c++) {
            const between x = places_between(c, p.columns, columns);
            const float top
                = (above[x.first] * (1.0F - x.share)) + (above[x.second] * x.share);
            const float foot
                = (below[x.first] * (1.0F - x.share)) + (below[x.second] * x.share);
            row_of(out, r)[c] = (top * (1.0F - y.share)) + (foot * y.share);
        }
    }
    return out;
}

/* The mean over each cell, of a plane of a finer step. */
static plane averaged(glassline_reader *reader, const surface *s, plane p)
{
    plane out = p;
    while ((out.rows >= (2 * s->rows)) && (out.columns >= (2 * s->columns))) {
        out = halved(reader, out);
    }
    if ((out.rows > s->rows) || (out.columns > s->columns)) {
        out = by_area(reader, out, s->rows, s->columns);
    }
    return out;
}

/* The largest value in each cell, of a plane of any step. */
static plane in_cells(glassline_reader *reader, const surface *s, plane p)
{
    plane out = p;
    if ((p.rows >= (2 * s->rows)) && (p.columns >= (2 * s->columns))) {
        out = new_plane(reader, s->rows, s->columns);
        for (int32_t r = 0; r < out.rows; r++) {
            const float *above = row_of(p, 2 * r);
            const float *below = row_of(p, (2 * r) + 1);
            for (int32_t c = 0; c < out.columns; c++) {
                const float left = larger_of(above[2 * c], below[2 * c]);
                const float right = larger_of(above[(2 * c) + 1], below[(2 * c) + 1]);
                row_of(out, r)[c] = larger_of(left, right);
            }
        }
    } else if ((p.rows != s->rows) || (p.columns != s->columns)) {
        out = linearly(reader, p, s->rows, s->columns);
    } else {
        /* it is one of cells already */
    }
    return out;
}

/* ---- The middle and the strongest of many values ---- */

static void swap(float *a, float *b)
{
    const float kept = *a;
    *a = *b;
    *b = kept;
}

/* Put the value of this rank in its place, lesser ones before it (C. A. R. Hoare). */
static void rank_in_place(float *values, size_t count, size_t rank)
{
    size_t low = 0;
    size_t high = count - 1U;
    while (low < high) {
        const float pivot = values[low + ((high - low) / 2U)];
        size_t i = low;
        size_t j = high;
        while (i <= j) {
            while (values[i] < pivot) {
                i++;
            }
            while (values[j] > pivot) {
                j--;
            }
            if (i <= j) {
                swap(&values[i], &values[j]);
                i++;
                if (j == 0U) {
                    break;
                }
                j--;
            }
        }
        if (rank <= j) {
            high = j;
        } else if (rank >= i) {
            low = i;
        } else {
            low = high;
        }
    }
}

/* The median; the values are put in another order. */
static double median_of(float *values, size_t count)
{
    const size_t half = count / 2U;
    rank_in_place(values, count, half);
    double middle = (double)values[half];
    if ((count % 2U) == 0U) {
        float below = values[0];
        for (size_t i = 1; i < half; i++) {
            below = larger_of(below, values[i]);
        }
        middle = ((double)below + middle) / 2.0;
    }
    return middle;
}

/* The mean of the strongest share; the values are put in another order. */
static double strongest(float *values, size_t count, double share)
{
    const double wanted = nearbyint(share * (double)count);
    size_t top = (wanted < 1.0) ? 1U : (size_t)wanted;
    double total = 0.0;
    top = (top > count) ? count : top;
    if (top < count) {
        rank_in_place(values, count, count - top);
    }
    for (size_t i = count - top; i < count; i++) {
        total += (double)values[i];
    }
    return total / (double)top;
}

static float *copied(glassline_reader *reader, plane p)
{
    float *out = taken(reader, size_of(p));
    for (size_t i = 0; i < size_of(p); i++) {
        out[i] = p.at[i];
    }
    return out;
}

/* About so many values, evenly spaced, from all columns; how many, in `found`. */
static float *some_of(glassline_reader *reader, plane p, size_t count, size_t *found)
{
    size_t step = size_of(p) / count;
    int32_t shares_factor = 1;
    step = (step < 1U) ? 1U : step;
    while (shares_factor != 0) {
        size_t a = step;
        size_t b = (size_t)p.columns;
        while (b != 0U) {
            const size_t rest = a % b;
            a = b;
            b = rest;
        }
        shares_factor = (a > 1U) ? 1 : 0;
        step += (a > 1U) ? 1U : 0U;
    }
    *found = ((size_of(p) - 1U) / step) + 1U;
    float *out = taken(reader, *found);
    for (size_t i = 0; i < *found; i++) {
        out[i] = p.at[i * step];
    }
    return out;
}

/* ---- Curvature and noise ---- */

/* a * b + c as OpenCV's loops round it: once, in whole groups of lanes, and twice in what
 * is left of a row. The last bit counts: curvature is a small difference of large terms. */
static float added(float a, float b, float c, int32_t is_lane)
{
    return (is_lane != 0) ? fmaf(a, b, c) : ((a * b) + c);
}

/* A root as OpenCV takes it: the value times one over its root, rounded twice. */
static float root(float value)
{
    const double inverse = 1.0 / sqrt((double)value);
    return (value > 0.0F) ? (value * (float)inverse) : 0.0F;
}

static void blur(glassline_reader *reader, plane p, plane out, const width_settings *w)
{
    plane along = new_plane(reader, p.rows, p.columns);
    const int32_t row_lanes = p.columns - (p.columns % ROW_LANES);
    const int32_t lanes = p.columns - (p.columns % LANES);
    const float *middle = &w->kernel[w->radius];
    for (int32_t r = 0; r < p.rows; r++) {
        const float *from = row_of(p, r);
        float *to = row_of(along, r);
        for (int32_t c = 0; c < p.columns; c++) {
            const int32_t is_lane = (c < row_lanes) ? 1 : 0;
            const int32_t inside
                = ((c >= w->radius) && ((c + w->radius) < p.columns)) ? 1 : 0;
            float total = 0.0F;
            for (int32_t k = -w->radius; k <= w->radius; k++) {
                const int32_t at = (inside != 0) ? (c + k) : mirrored(c + k, p.columns);
                total = added(from[at], middle[k], total, is_lane);
            }
            to[c] = total;
        }
    }
    for (int32_t r = 0; r < p.rows; r++) {
        const float *here = row_of(along, r);
        float *to = row_of(out, r);
        for (int32_t c = 0; c < p.columns; c++) {
            to[c] = here[c] * middle[0];
        }
        for (int32_t k = 1; k <= w->radius; k++) {
            const float *above = row_of(along, mirrored(r - k, p.rows));
            const float *below = row_of(along, mirrored(r + k, p.rows));
            for (int32_t c = 0; c < p.columns; c++) {
                const int32_t is_lane = (c < lanes) ? 1 : 0;
                to[c] = added(above[c] + below[c], middle[k], to[c], is_lane);
            }
        }
    }
}

static float spread_of(glassline_reader *reader, plane p)
{
    const size_t mark = reader->used;
    size_t count = 0;
    float *some = some_of(reader, p, MEDIAN_SAMPLES, &count);
    const float middle = (float)median_of(some, count);
    some = some_of(reader, p, MEDIAN_SAMPLES, &count);
    for (size_t i = 0; i < count; i++) {
        some[i] = fabsf(some[i] - middle);
    }
    const double spread = NORMAL_MAD * median_of(some, count);
    reader->used = mark;
    return (float)((spread > (GREY_STEP / 4.0)) ? spread : (GREY_STEP / 4.0));
}

static curvature curvature_of(glassline_reader *reader, plane p, const width_settings *w)
{
    curvature out = {new_plane(reader, p.rows, p.columns),
                     new_plane(reader, p.rows, p.columns), 0.0F};
    const size_t mark = reader->used;
    plane soft = new_plane(reader, p.rows, p.columns);
    const float half = 0.5F * w->gain;
    const float twice = -2.0F * w->gain;
    const int32_t lanes = p.columns - (p.columns % LANES);
    blur(reader, p, soft, w);
    for (int32_t r = 0; r < p.rows; r++) {
        const float *above = row_of(soft, mirrored(r - 1, p.rows));
        const float *here = row_of(soft, r);
        const float *below = row_of(soft, mirrored(r + 1, p.rows));
        for (int32_t c = 0; c < p.columns; c++) {
            const int32_t left = mirrored(c - 1, p.columns);
            const int32_t right = mirrored(c + 1, p.columns);
            const int32_t is_lane = (c < lanes) ? 1 : 0;
            const float mixed = 0.5F
                                * ((half * (below[right] - below[left]))
                                   - (half * (above[right] - above[left])));
            float mean = added(above[c], half, 0.0F, is_lane);
            float turn = added(above[c], -half, 0.0F, is_lane);
            mean = added(here[left], half, mean, is_lane);
            turn = added(here[left], half, turn, is_lane);
            mean = added(here[c], twice, mean, is_lane);
            mean = added(here[right], half, mean, is_lane);
            turn = added(here[right], half, turn, is_lane);
            row_of(out.mean, r)[c] = added(below[c], half, mean, is_lane);
            turn = added(below[c], -half, turn, is_lane);
            row_of(out.turn, r)[c] = root(added(turn, turn, mixed * mixed, is_lane));
        }
    }
    reader->used = mark;
    out.noise = spread_of(reader, out.mean);
    return out;
}

/* The noise of the curvature around each cell, at least half of that of all. */
static plane local_noise(glassline_reader *reader, const surface *s, const curvature *f)
{
    const float limit = (float)(3.0 * (double)f->noise);
    const float least = (float)(0.5 * (double)f->noise / NORMAL_MEAN);
    plane size = new_plane(reader, f->mean.rows, f->mean.columns);
    for (size_t i = 0; i < size_of(size); i++) {
        size.at[i] = lesser_of(fabsf(f->mean.at[i]), limit);
    }
    size = averaged(reader, s, size);
    plane tiles = by_area(reader, size, most_of(1, s->rows / 4), most_of(1, s->columns / 4));
    plane around = new_plane(reader, tiles.rows, tiles.columns);
    for (int32_t r = 0; r < tiles.rows; r++) {
        for (int32_t c = 0; c < tiles.columns; c++) {
            double total = 0.0;
            for (int32_t y = r - 1; y <= (r + 1); y++) {
                const float *from
                    = row_of(tiles, most_of(0, least_of(y, tiles.rows - 1)));
                for (int32_t x = c - 1; x <= (c + 1); x++) {
                    total += (double)from[most_of(0, least_of(x, tiles.columns - 1))];
                }
            }
            row_of(around, r)[c] = (float)(total / 9.0);
        }
    }
    plane noise = linearly(reader, around, s->rows, s->columns);
    for (size_t i = 0; i < size_of(noise); i++) {
        noise.at[i] = (float)NORMAL_MEAN * larger_of(noise.at[i], least);
    }
    return noise;
}

static float facing(float mean, int32_t polarity)
{
    float found = mean;
    if (polarity == BRIGHT) {
        found = -mean;
    } else if (polarity == EITHER) {
        found = fabsf(mean);
    } else {
        /* dark: a valley curves up */
    }
    return found;
}

/* ---- The four measurements ---- */

static plane ridge_in_cells(glassline_reader *reader, const surface *s, int32_t at,
                            int32_t polarity)
{
    const curvature *f = &s->curved[at];
    plane ridge = new_plane(reader, f->mean.rows, f->mean.columns);
    for (size_t i = 0; i < size_of(ridge); i++) {
        ridge.at[i] = lesser_of(facing(f->mean.at[i], polarity), f->turn.at[i]);
    }
    plane cells = in_cells(reader, s, ridge);
    plane noise = local_noise(reader, s, f);
    plane out = new_plane(reader, s->rows, s->columns);
    for (size_t i = 0; i < size_of(out); i++) {
        out.at[i] = larger_of(cells.at[i], 0.0F) / (0.5F * noise.at[i]);
    }
    return out;
}

/* The largest sum of gain on any path down; of the plane turned over, to the right. */
static float best_down(glassline_reader *reader, plane gain, int32_t is_turned)
{
    const int32_t steps = (is_turned != 0) ? gain.columns : gain.rows;
    const int32_t width = (is_turned != 0) ? gain.rows : gain.columns;
    float *before = taken(reader, (size_t)width + 2U);
    float *now = taken(reader, (size_t)width + 2U);
    float best = 0.0F;
    for (int32_t i = 0; i < (width + 2); i++) {
        before[i] = 0.0F;
        now[i] = 0.0F;
    }
    for (int32_t step = 0; step < steps; step++) {
        for (int32_t i = 1; i <= width; i++) {
            const float came
                = larger_of(larger_of(before[i - 1], before[i]), before[i + 1]);
            const float here = (is_turned != 0) ? row_of(gain, i - 1)[step]
                                                : row_of(gain, step)[i - 1];
            now[i] = here + larger_of(came, 0.0F);
            best = larger_of(best, now[i]);
        }
        float *kept = before;
        before = now;
        now = kept;
    }
    return best;
}

static double whole_line(glassline_reader *reader, const surface *s,
                         const line_settings *set)
{
    plane first = ridge_in_cells(reader, s, set->width, set->polarity);
    plane second = ridge_in_cells(reader, s, set->wider, set->polarity);
    for (size_t i = 0; i < size_of(first); i++) {
        const float ridge = larger_of(first.at[i], second.at[i]);
        first.at[i] = lesser_of(ridge, MOST) - KEPT_UP;
    }
    const float down = best_down(reader, first, 0);
    const float right = best_down(reader, first, 1);
    return 4.0 * (double)larger_of(down, right);
}

/* The sum of the ridge on the best path from each cell, itself left out. */
static void follow(plane framed, const int32_t offsets[3], int32_t steps, plane field,
                   plane out)
{
    const size_t edge = (size_t)framed.columns + 1U;
    const size_t count = size_of(framed);
    for (size_t i = 0; i < count; i++) {
        out.at[i] = 0.0F;
    }
    for (int32_t step = 0; step < steps; step++) {
        for (size_t i = 0; i < count; i++) {
            field.at[i] = framed.at[i] + out.at[i];
        }
        for (size_t i = edge; i < (count - edge); i++) {
            const float *here = &field.at[i];
            out.at[i] = larger_of(
                larger_of(here[offsets[0]], here[offsets[1]]),
                here[offsets[2]]);
        }
        for (int32_t r = 0; r < framed.rows; r++) {
            row_of(out, r)[0] = 0.0F;
            row_of(out, r)[framed.columns - 1] = 0.0F;
        }
    }
}

static double stretch_of_line(glassline_reader *reader, const surface *s,
                              const line_settings *set)
{
    plane ridge = ridge_in_cells(reader, s, set->width, set->polarity);
    const int32_t wide = s->columns + 2;
    /* the three next cells of a path that runs right, down, or aslant */
    const int32_t nexts[4][3] = {{1 - wide, 1, 1 + wide},
                                 {wide - 1, wide, wide + 1},
                                 {wide, wide + 1, 1},
                                 {wide, wide - 1, -1}};
    plane framed = new_plane(reader, s->rows + 2, wide);
    plane ahead = new_plane(reader, s->rows + 2, wide);
    plane back = new_plane(reader, s->rows + 2, wide);
    plane field = new_plane(reader, s->rows + 2, wide);
    plane best = new_plane(reader, s->rows, s->columns);
    for (size_t i = 0; i < size_of(framed); i++) {
        framed.at[i] = 0.0F;
    }
    for (int32_t r = 0; r < s->rows; r++) {
        for (int32_t c = 0; c < s->columns; c++) {
            row_of(framed, r + 1)[c + 1] = row_of(ridge, r)[c];
            row_of(best, r)[c] = 0.0F;
        }
    }
    for (int32_t heading = 0; heading < 4; heading++) {
        const int32_t *next = nexts[heading];
        const int32_t last[3] = {-next[0], -next[1], -next[2]};
        follow(framed, next, set->steps, field, ahead);
        follow(framed, last, set->steps, field, back);
        for (int32_t r = 0; r < s->rows; r++) {
            for (int32_t c = 0; c < s->columns; c++) {
                const float both = lesser_of(row_of(ahead, r + 1)[c + 1],
                                             row_of(back, r + 1)[c + 1]);
                row_of(best, r)[c] = larger_of(row_of(best, r)[c], both);
            }
        }
    }
    for (size_t i = 0; i < size_of(best); i++) {
        best.at[i] *= (float)(1.0 / (double)set->steps);
    }
    return strongest(best.at, size_of(best), COUNTED / (double)size_of(best));
}

static plane bend_of(glassline_reader *reader, plane p)
{
    plane out = new_plane(reader, p.rows, p.columns);
    for (int32_t r = 0; r < p.rows; r++) {
        const float *above = row_of(p, mirrored(r - 1, p.rows));
        const float *here = row_of(p, r);
        const float *below = row_of(p, mirrored(r + 1, p.rows));
        for (int32_t c = 0; c < p.columns; c++) {
            const float before = above[c] + here[mirrored(c - 1, p.columns)];
            const float middle = before - (4.0F * here[c]);
            const float after = middle + here[mirrored(c + 1, p.columns)];
            row_of(out, r)[c] = fabsf(after + below[c]);
        }
    }
    return out;
}
static double typical(glassline_reader *reader, plane p)
{
    size_t count = 0;
    double total = 0.0;
    plane bend = bend_of(reader, p);
    float *some = some_of(reader, bend, MANY, &count);
    const float limit = (float)((4.0 * median_of(some, count)) + FLOOR);
    for (size_t i = 0; i < count; i++) {
        total += (double)lesser_of(some[i], limit);
    }
    return (total / (double)count) + FLOOR;
}

static double texture_of_scales(glassline_reader *reader, const surface *s)
{
    const double fine = typical(reader, s->smaller[0]);
    const double coarse = typical(reader, s->smaller[1]);
    return log(coarse / fine);
}

static double down_column(plane cells, int32_t row, int32_t column, int32_t tall)
{
    double total = 0.0;
    for (int32_t y = row; y < (row + tall); y++) {
        total += (double)row_of(cells, y)[column];
    }
    return total;
}

/* The mean over each block of cells that lies within the photo. */
static plane over_blocks(glassline_reader *reader, plane cells, int32_t tall, int32_t wide)
{
    plane out = new_plane(reader, (cells.rows - tall) + 1, (cells.columns - wide) + 1);
    const double count = (double)tall * (double)wide;
    for (int32_t r = 0; r < out.rows; r++) {
        double total = 0.0;
        for (int32_t c = 0; c < wide; c++) {
            total += down_column(cells, r, c, tall);
        }
        row_of(out, r)[0] = (float)(total / count);
        for (int32_t c = 1; c < out.columns; c++) {
            total += down_column(cells, r, (c + wide) - 1, tall);
            total -= down_column(cells, r, c - 1, tall);
            row_of(out, r)[c] = (float)(total / count);
        }
    }
    return out;
}

/* Add the sum of a filter along rows (or down columns) and a pair across it. */
static void filtered(plane p, plane along, plane out, int32_t is_down)
{
    static const float second[6] = {0.5F, 0.5F, -1.0F, -1.0F, 0.5F, 0.5F};
    static const float pair[2] = {0.5F, 0.5F};
    const float *across = (is_down != 0) ? pair : second;
    const float *down = (is_down != 0) ? second : pair;
    const int32_t wide = (is_down != 0) ? 2 : 6;
    const int32_t tall = (is_down != 0) ? 6 : 2;
    const int32_t left = (is_down != 0) ? 0 : 2;
    const int32_t above = (is_down != 0) ? 2 : 0;
    const int32_t row_lanes = p.columns - (p.columns % ROW_LANES);
    const int32_t lanes = p.columns - (p.columns % LANES);
    for (int32_t r = 0; r < p.rows; r++) {
        const float *from = row_of(p, r);
        for (int32_t c = 0; c < p.columns; c++) {
            float total = 0.0F;
            for (int32_t k = 0; k < wide; k++) {
                const float here = from[mirrored((c + k) - left, p.columns)];
                total = added(here, across[k], total, (c < row_lanes) ? 1 : 0);
            }
            row_of(along, r)[c] = total;
        }
    }
    for (int32_t r = 0; r < p.rows; r++) {
        for (int32_t c = 0; c < p.columns; c++) {
            float total = 0.0F;
            for (int32_t k = 0; k < tall; k++) {
                const float here = row_of(along, mirrored((r + k) - above, p.rows))[c];
                total = added(here, down[k], total, (c < lanes) ? 1 : 0);
            }
            row_of(out, r)[c] += total;
        }
    }
}

/* The size of the Laplacian of the photo made smaller, at every half of its steps. */
static plane overlapping(glassline_reader *reader, plane finer)
{
    plane out = new_plane(reader, finer.rows, finer.columns);
    plane along = new_plane(reader, finer.rows, finer.columns);
    for (size_t i = 0; i < size_of(out); i++) {
        out.at[i] = 0.0F;
    }
    filtered(finer, along, out, 0);
    filtered(finer, along, out, 1);
    for (size_t i = 0; i < size_of(out); i++) {
        out.at[i] = fabsf(out.at[i]);
    }
    return out;
}

static double texture_of_places(glassline_reader *reader, const surface *s,
                                const texture_settings *set)
{
    const int32_t tall = least_of(set->block, s->rows);
    const int32_t wide = least_of(set->block, s->columns);
    plane size = (set->overlaps != 0) ? overlapping(reader, s->smaller[set->step - 1])
                                      : bend_of(reader, s->smaller[set->step]);
    if (set->step < 2) {
        size = halved(reader, size);
    }
    for (size_t i = 0; i < size_of(size); i++) {
        size.at[i] = logf(size.at[i] + (float)FLOOR);
    }
    plane blocks = over_blocks(reader, averaged(reader, s, size), tall, wide);
    if (set->light_power != 0.0F) {
        plane light = over_blocks(reader, s->smaller[2], tall, wide);
        for (size_t i = 0; i < size_of(blocks); i++) {
            const float bright = larger_of(light.at[i], 0.0F) + (float)DARKEST;
            blocks.at[i] -= set->light_power * logf(bright);
        }
    }
    const double middle = median_of(copied(reader, blocks), size_of(blocks));
    return (set->parts != 0) ? (PER_MILLE * exp(middle))
                             : (strongest(blocks.at, size_of(blocks), set->share) - middle);
}

/* Take a least-squares slope along one axis away; places have mean 0. */
static void level(double *rest, int32_t rows, int32_t columns, int32_t is_down)
{
    const int32_t side = (is_down != 0) ? rows : columns;
    const double middle = ((double)side - 1.0) / 2.0;
    double length = 0.0;
    double sum = 0.0;
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t c = 0; c < columns; c++) {
            const double place = (double)((is_down != 0) ? r : c) - middle;
            length += place * place;
            sum += place * rest[(r * columns) + c];
        }
    }
    if (length > 0.0) {
        for (int32_t r = 0; r < rows; r++) {
            for (int32_t c = 0; c < columns; c++) {
                const double place = (double)((is_down != 0) ? r : c) - middle;
                rest[(r * columns) + c] -= (sum / length) * place;
            }
        }
    }
}

static double share_mean(double *values, int32_t count, double share)
{
    const double wanted = nearbyint(share * (double)count);
    const int32_t top = least_of(count, (wanted < 1.0) ? 1 : (int32_t)wanted);
    double total = 0.0;
    for (int32_t i = 0; i < top; i++) {
        int32_t best = i;
        for (int32_t j = i + 1; j < count; j++) {
            best = (values[j] > values[best]) ? j : best;
        }
        const double kept = values[i];
        values[i] = values[best];
        values[best] = kept;
        total += values[i];
    }
    return total / (double)top;
}

static double reflection_unevenness(glassline_reader *reader, const surface *s,
                                    const field_settings *set)
{
    double rest[MOST_FIELDS * MOST_FIELDS];
    const int32_t shorter = least_of(s->smaller[0].rows, s->smaller[0].columns);
    const double side = (double)shorter / (3.0 * (double)set->fields);
    const plane photo = s->smaller[(side >= 8.0) ? 3 : ((side >= 4.0) ? 2 : 1)];
    const int32_t rows = least_of(set->fields, photo.rows);
    const int32_t columns = least_of(set->fields, photo.columns);
    const int32_t count = rows * columns;
    plane fields = by_area(reader, photo, rows, columns);
    double mean = 0.0;
    for (int32_t i = 0; i < count; i++) {
        mean += (double)fields.at[i];
    }
    mean /= (double)count;
    for (int32_t i = 0; i < count; i++) {
        rest[i] = (double)fields.at[i] - mean;
    }
    level(rest, rows, columns, 1);
    level(rest, rows, columns, 0);
    const double brightest = share_mean(rest, count, set->share);
    for (int32_t i = 0; i < count; i++) {
        rest[i] = -rest[i];
    }
    const double darkest = share_mean(rest, count, set->share);
    return (100.0 / ((mean > DARKEST) ? mean : DARKEST)) * (brightest + darkest);
}

static double grain_noise(glassline_reader *reader, const surface *s,
                          const grain_settings *set)
{
    const curvature *f = &s->curved[set->width];
    plane grain = new_plane(reader, f->mean.rows, f->mean.columns);
    const float scale = (float)(1.0 / (double)f->noise);
    for (size_t i = 0; i < size_of(grain); i++) {
        grain.at[i] = facing(f->mean.at[i], set->polarity) - f->turn.at[i];
    }
    plane found = in_cells(reader, s, grain);
    float *cells = copied(reader, found);
    for (size_t i = 0; i < size_of(found); i++) {
        cells[i] = larger_of(cells[i], 0.0F) * scale;
    }
    return strongest(cells, size_of(found), set->share);
}

/* One measurement of a feature, by its place among them. */
static double measured(glassline_reader *reader, const surface *s, int32_t feature,
                       int32_t term)
{
    double found = 0.0;
    if (feature == 0) {
        const line_settings *set = &LINES[term];
        found = (set->whole != 0) ? whole_line(reader, s, set)
                                  : stretch_of_line(reader, s, set);
    } else if (feature == 1) {
        const texture_settings *set = &TEXTURES[term];
        found = (set->scales != 0) ? texture_of_scales(reader, s)
                                   : texture_of_places(reader, s, set);
    } else if (feature == 2) {
        found = reflection_unevenness(reader, s, &FIELDS[term]);
    } else {
        found = grain_noise(reader, s, &GRAINS[term]);
    }
    return found;
}

/* A reading: that of one measurement, or of several by the mean of sign log(1 + size). */
static double reading_of(const double each[MOST_TERMS], int32_t feature)
{
    double reading = each[0];
    if (TERMS[feature] > 1) {
        double total = 0.0;
        for (int32_t term = 0; term < TERMS[feature]; term++) {
            const double size = log1p(fabs(each[term]));
            total += TERM_WEIGHTS[feature][term] * ((each[term] < 0.0) ? -size : size);
        }
        reading = (total < 0.0) ? -expm1(-total) : expm1(total);
    }
    return reading;
}

/* A pixel of a plane: its grey, a channel, or how much and how purely it is coloured. */
static float pixel_of(float grey, const float *rgb, int32_t kind)
{
    float found = grey;
    if ((rgb == NULL) && (kind >= CHROMA)) {
        found = 0.0F;
    } else if ((rgb != NULL) && (kind >= CHROMA)) {
        const float high = larger_of(larger_of(rgb[0], rgb[1]), rgb[2]);
        const float low = lesser_of(lesser_of(rgb[0], rgb[1]), rgb[2]);
        found = high - low;
        if (kind == SATURATION) {
            found /= larger_of(high, COLOURLESS);
        }
    } else if ((rgb != NULL) && (kind != LUMA)) {
        found = rgb[kind - RED];
    } else {
        /* its grey */
    }
    return found;
}

/* What is measured on one plane, each in its place among the measurements. */
static void read_plane(glassline_reader *reader, const float *grey, const float *rgb,
                       int32_t at, double each[4][MOST_TERMS])
{
    surface s;
    reader->used = 0;
    s.smaller[0] = new_plane(reader, reader->rows, reader->columns);
    for (size_t i = 0; i < size_of(s.smaller[0]); i++) {
        const float *colour = (rgb == NULL) ? NULL : &rgb[3U * i];
        s.smaller[0].at[i] = pixel_of(grey[i], colour, PLANE_KINDS[at]);
    }
    for (int32_t i = 1; i < 4; i++) {
        s.smaller[i] = halved(reader, s.smaller[i - 1]);
    }
    s.rows = s.smaller[2].rows;
    s.columns = s.smaller[2].columns;
    for (int32_t i = 0; i < WIDTHS; i++) {
        s.curved[i] = curvature_of(reader, s.smaller[WIDTH[i].step], &WIDTH[i]);
    }
    for (int32_t feature = 0; feature < 4; feature++) {
        for (int32_t term = 0; term < TERMS[feature]; term++) {
            const size_t mark = reader->used;
            if (TERM_PLANES[feature][term] == at) {
                each[feature][term] = measured(reader, &s, feature, term);
            }
            reader->used = mark;
        }
    }
}

/* ---- The reader ---- */

size_t glassline_room(int32_t rows, int32_t columns)
{
    size_t bytes = 0;
    if ((rows >= 1) && (columns >= 1)) {
        const size_t pixels = ((size_t)rows + 16U) * ((size_t)columns + 16U);
        bytes = ((ROOM_PLANES * pixels) + ROOM_SAMPLES) * sizeof(float);
    }
    return bytes;
}

int32_t glassline_set_up(glassline_reader *reader, void *memory, size_t bytes,
                         int32_t rows, int32_t columns)
{
    int32_t status = GLASSLINE_NO_PHOTO;
    *reader = (glassline_reader){0};
    if ((rows >= 1) && (columns >= 1)) {
        status = GLASSLINE_NO_ROOM;
        if ((memory != NULL) && (bytes >= glassline_room(rows, columns))) {
            reader->rows = rows;
            reader->columns = columns;
            reader->memory = memory;
            reader->floats = bytes / sizeof(float);
            status = GLASSLINE_DONE;
        }
    }
    return status;
}

int32_t glassline_read(glassline_reader *reader, const float *grey,
                       double readings[FEATURES])
{
    return glassline_read_colour(reader, grey, NULL, readings);
}

int32_t glassline_read_colour(glassline_reader *reader, const float *grey,
                              const float *rgb, double readings[FEATURES])
{
    double each[4][MOST_TERMS] = {{0.0}};
    if ((reader->memory == NULL) || (grey == NULL)) {
        return GLASSLINE_NO_PHOTO;
    }
    const size_t count = (size_t)reader->rows * (size_t)reader->columns;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(grey[i])) {
            return GLASSLINE_NOT_FINITE;
        }
    }
    for (size_t i = 0; (rgb != NULL) && (i < (3U * count)); i++) {
        if (!isfinite(rgb[i])) {
            return GLASSLINE_NOT_FINITE;
        }
    }
    for (int32_t at = 0; at < PLANES; at++) {
        read_plane(reader, grey, rgb, at, each);
    }
    for (int32_t feature = 0; feature < 4; feature++) {
        readings[feature] = reading_of(each[feature], feature);
    }
    return GLASSLINE_DONE;
}
