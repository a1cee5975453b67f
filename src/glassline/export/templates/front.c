
/* ---- The measured front: what glassline.features measures, in single precision. ---- */

typedef struct {
    int32_t rows;
    int32_t columns;
    float *at;
} plane;

typedef struct {
    plane mean; /* (Lxx + Lyy) / 2 */
    plane turn; /* sqrt(((Lxx - Lyy) / 2)^2 + Lxy^2) */
    double noise;
} curvature;

typedef struct {
    plane smaller[4]; /* averaged over 1, 2, 4 and 8 pixels */
    int32_t rows;     /* of cells of 4 x 4 pixels */
    int32_t columns;
    curvature curved[WIDTHS];
    int32_t masked;   /* whether something of the photo does not count */
    plane kept[4];    /* 1 where all pixels of a place do, at each of those steps */
    size_t counts[4]; /* how many places that are */
} surface;

#define CELLS 2 /* the step that is one of cells */

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

/* Each place the mean of 2 x 2; what lies beyond the border is what lies on it. */
static plane halved_to(glassline_reader *reader, plane p, int32_t rows, int32_t columns)
{
    plane out = new_plane(reader, rows, columns);
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

/* An odd last row or column is left out. */
static plane halved(glassline_reader *reader, plane p)
{
    return halved_to(reader, p, half_of(p.rows), half_of(p.columns));
}

/* What one place of a smaller plane covers along an axis. */
typedef struct {
    int32_t first; /* the first whole pixel */
    int32_t last;  /* the one behind the last */
    float before;  /* share of the pixel before, 0 for none */
    float inside;  /* of each whole one */
    float behind;  /* of the one behind */
} cover;

static cover covered(int32_t at, int32_t from, int32_t to)
{
    const double scale = (double)from / (double)to;
    const double start = (double)at * scale;
    const double end = start + scale;
    const double rest = (double)from - start;
    const double width = (scale < rest) ? scale : rest;
    cover out = {0, 0, 0.0F, (float)(1.0 / width), 0.0F};
    out.last = least_of((int32_t)floor(end), from - 1);
    out.first = least_of((int32_t)ceil(start), out.last);
    if (((double)out.first - start) > 1e-3) {
        out.before = (float)(((double)out.first - start) / width);
    }
    if ((end - (double)out.last) > 1e-3) {
        double part = end - (double)out.last;
        part = (part > 1.0) ? 1.0 : part;
        part = (part > width) ? width : part;
        out.behind = (float)(part / width);
    }
    return out;
}

static float along_row(const float *from, const cover *x)
{
    float total = 0.0F;
    if (x->before > 0.0F) {
        total += from[x->first - 1] * x->before;
    }
    for (int32_t c = x->first; c < x->last; c++) {
        total += from[c] * x->inside;
    }
    if (x->behind > 0.0F) {
        total += from[x->last] * x->behind;
    }
    return total;
}

/* The mean over a block of whole pixels, added four at a time. */
static float block_of(plane p, int32_t top, int32_t left, int32_t tall, int32_t wide)
{
    const int32_t count = tall * wide;
    float total = 0.0F;
    int32_t i = 0;
    for (; i <= (count - 4); i += 4) {
        float four = 0.0F;
        for (int32_t k = i; k < (i + 4); k++) {
            four += row_of(p, top + (k / wide))[left + (k % wide)];
        }
        total += four;
    }
    for (; i < count; i++) {
        total += row_of(p, top + (i / wide))[left + (i % wide)];
    }
    return total * (float)(1.0 / (double)count);
}

/* The mean over the area that each place of a smaller plane covers, in the order in which
 * OpenCV adds: whether a share is half, or a hair less, hangs on that. */
static plane by_area(glassline_reader *reader, plane p, int32_t rows, int32_t columns)
{
    const int32_t tall = p.rows / rows;
    const int32_t wide = p.columns / columns;
    const int32_t is_whole
        = (((tall * rows) == p.rows) && ((wide * columns) == p.columns)) ? 1 : 0;
    if ((is_whole != 0) && (tall == 2) && (wide == 2)) {
        return halved(reader, p);
    }
    plane out = new_plane(reader, rows, columns);
    for (int32_t r = 0; r < rows; r++) {
        const cover y = covered(r, p.rows, rows);
        for (int32_t c = 0; c < columns; c++) {
            const cover x = covered(c, p.columns, columns);
            float total = 0.0F;
            if (is_whole != 0) {
                total = block_of(p, r * tall, c * wide, tall, wide);
            } else {
                if (y.before > 0.0F) {
                    total += along_row(row_of(p, y.first - 1), &x) * y.before;
                }
                for (int32_t at = y.first; at < y.last; at++) {
                    total += along_row(row_of(p, at), &x) * y.inside;
                }
                if (y.behind > 0.0F) {
                    total += along_row(row_of(p, y.last), &x) * y.behind;
                }
            }
            row_of(out, r)[c] = total;
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
    const double place = (((double)at + 0.5) * scale) - 0.5;
    int32_t first = (int32_t)floor(place);
    float share = (float)(place - (double)first);
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
                = fmaf(above[x.second] - above[x.first], x.share, above[x.first]);
            const float foot
                = fmaf(below[x.second] - below[x.first], x.share, below[x.first]);
            row_of(out, r)[c] = fmaf(foot - top, y.share, top);
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

/* Make 0 what does not count, of a plane of this step. */
static plane blanked(const surface *s, plane p, int32_t step)
{
    if (s->masked != 0) {
        for (size_t i = 0; i < size_of(p); i++) {
            p.at[i] = (s->kept[step].at[i] != 0.0F) ? p.at[i] : 0.0F;
        }
    }
    return p;
}

/* What counts, as one row; all as it stands where nothing does. */
static plane counted(glassline_reader *reader, const surface *s, plane p, int32_t step)
{
    plane out = p;
    if (s->counts[step] > 0U) {
        out = new_plane(reader, 1, (int32_t)s->counts[step]);
        size_t at = 0;
        for (size_t i = 0; i < size_of(p); i++) {
            if (s->kept[step].at[i] != 0.0F) {
                out.at[at] = p.at[i];
                at++;
            }
        }
    }
    return out;
}

/* The largest value in each cell, of a plane of any step; 0 where it does not count. */
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
    return blanked(s, out, CELLS);
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

/* The step from one to the next of about so many values, prime to the columns. */
static size_t step_among(size_t size, int32_t columns, size_t count)
{
    size_t step = size / count;
    int32_t shares_factor = 1;
    step = (step < 1U) ? 1U : step;
    while (shares_factor != 0) {
        size_t a = step;
        size_t b = (size_t)columns;
        while (b != 0U) {
            const size_t rest = a % b;
            a = b;
            b = rest;
        }
        shares_factor = (a > 1U) ? 1 : 0;
        step += (a > 1U) ? 1U : 0U;
    }
    return step;
}

/* About so many values, evenly spaced, from all columns; how many, in `found`. */
static float *some_of(glassline_reader *reader, plane p, size_t count, size_t *found)
{
    const size_t step = step_among(size_of(p), p.columns, count);
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

/* The robust standard deviation, from some of the values. */
static double spread_of(glassline_reader *reader, plane p)
{
    size_t count = 0;
    float *some = some_of(reader, p, MEDIAN_SAMPLES, &count);
    const float middle = (float)median_of(some, count);
    some = some_of(reader, p, MEDIAN_SAMPLES, &count);
    for (size_t i = 0; i < count; i++) {
        some[i] = fabsf(some[i] - middle);
    }
    return NORMAL_MAD * median_of(some, count);
}

static double at_least_a_quarter_grey(double noise)
{
    return (noise > (GREY_STEP / 4.0)) ? noise : (GREY_STEP / 4.0);
}

static curvature curvature_of(glassline_reader *reader, const surface *s,
                              const width_settings *w)
{
    const plane p = s->smaller[w->step];
    curvature out = {new_plane(reader, p.rows, p.columns),
                     new_plane(reader, p.rows, p.columns), 0.0};
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
            row_of(out.turn, r)[c] = sqrtf((turn * turn) + (mixed * mixed));
        }
    }
    reader->used = mark;
    const double spread = spread_of(reader, counted(reader, s, out.mean, w->step));
    out.noise = at_least_a_quarter_grey(spread);
    reader->used = mark;
    return out;
}

/* The mean over tiles of 4 x 4 cells, and then over 3 x 3 of those. */
static plane over_tiles(glassline_reader *reader, const surface *s, plane p)
{
    plane tiles = by_area(reader, p, most_of(1, s->rows / 4), most_of(1, s->columns / 4));
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
    return around;
}

/* The noise around each cell of what has this size, at least half of that of all. The
 * size is written over. */
static plane noise_around(glassline_reader *reader, const surface *s, plane size,
                          double noise)
{
    const float limit = (float)(3.0 * noise);
    const float least = (float)((0.5 * noise) / NORMAL_MEAN);
    for (size_t i = 0; i < size_of(size); i++) {
        size.at[i] = lesser_of(size.at[i], limit);
    }
    plane cells = averaged(reader, s, size);
    const int32_t are_cells
        = ((cells.rows == s->rows) && (cells.columns == s->columns)) ? 1 : 0;
    cells = blanked(s, cells, (are_cells != 0) ? CELLS : (CELLS + 1));
    plane around = over_tiles(reader, s, cells);
    if (s->masked != 0) {
        plane share = over_tiles(reader, s, s->kept[CELLS]);
        const float usual = (float)(noise / NORMAL_MEAN);
        for (size_t i = 0; i < size_of(around); i++) {
            around.at[i] = (share.at[i] > 0.0F)
                               ? (around.at[i] / larger_of(share.at[i], LEAST_SHARE))
                               : usual;
        }
    }
    plane found = linearly(reader, around, s->rows, s->columns);
    for (size_t i = 0; i < size_of(found); i++) {
        found.at[i] = (float)NORMAL_MEAN * larger_of(found.at[i], least);
    }
    return found;
}

static plane local_noise(glassline_reader *reader, const surface *s, const curvature *f)
{
    plane size = new_plane(reader, f->mean.rows, f->mean.columns);
    for (size_t i = 0; i < size_of(size); i++) {
        size.at[i] = fabsf(f->mean.at[i]);
    }
    return noise_around(reader, s, size, f->noise);
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

