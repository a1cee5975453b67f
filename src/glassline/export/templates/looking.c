/* ---- What of a photo is looked at ---- */

#if DRAWN > 0
/* First column of a row whose centre is not left of a side that runs down. */
static int32_t first_column(const double from[2], const double to[2], int32_t row,
                            int32_t columns)
{
    const double tall = to[1] - from[1];
    const double down = ((double)row + 0.5) - from[1];
    const double crossing = from[0] + (down * ((to[0] - from[0]) / tall));
    const double most = (double)columns + 1.0;
    const double within = (crossing < -1.0) ? -1.0 : ((crossing > most) ? most : crossing);
    double column = ceil(within - 0.5) - 1.0;
    for (int32_t i = 0; i < 2; i++) {
        const double left = ((column + 0.5) - from[0]) * tall;
        column += (left < (down * (to[0] - from[0]))) ? 1.0 : 0.0;
    }
    return (column < 0.0) ? 0 : least_of((int32_t)column, columns);
}

/* Which pixels of a row have their centres inside a polygon. */
static void inside(int32_t outline, int32_t row, int32_t columns, float *is_inside)
{
    const int32_t start = OUTLINES[outline][0];
    const int32_t count = OUTLINES[outline][1];
    float now = 0.0F;
    for (int32_t c = 0; c <= columns; c++) {
        is_inside[c] = 0.0F;
    }
    for (int32_t i = 0; i < count; i++) {
        const double *a = CORNERS[start + ((i == 0) ? (count - 1) : (i - 1))];
        const double *b = CORNERS[start + i];
        const double *upper = (a[1] > b[1]) ? b : a;
        const double *lower = (a[1] > b[1]) ? a : b;
        if ((ceil(upper[1] - 0.5) <= (double)row) && (ceil(lower[1] - 0.5) > (double)row)) {
            float *turn = &is_inside[first_column(upper, lower, row, columns)];
            *turn = 1.0F - *turn;
        }
    }
    for (int32_t c = 0; c < columns; c++) {
        now = (is_inside[c] != 0.0F) ? (1.0F - now) : now;
        is_inside[c] = now;
    }
}

/* Take what the recipe's polygons leave out of what is looked at. */
static void drawn(glassline_reader *reader, plane keep)
{
    const size_t mark = reader->used;
    float *is_inside = taken(reader, (size_t)keep.columns + 1U);
    float *is_part = taken(reader, (size_t)keep.columns);
    for (int32_t r = 0; r < keep.rows; r++) {
        for (int32_t c = 0; c < keep.columns; c++) {
            is_part[c] = HAS_PARTS ? 0.0F : 1.0F;
        }
        for (int32_t outline = 0; outline < DRAWN; outline++) {
            inside(outline, r, keep.columns, is_inside);
            for (int32_t c = 0; c < keep.columns; c++) {
                if (is_inside[c] != 0.0F) {
                    is_part[c] = (outline < PARTS) ? 1.0F : 0.0F;
                }
            }
        }
        for (int32_t c = 0; c < keep.columns; c++) {
            row_of(keep, r)[c] *= is_part[c];
        }
    }
    reader->used = mark;
}
#endif

/* Whether a photo is as large as the region, or as what the recipe draws on it. */
static int32_t is_of_size(int32_t rows, int32_t columns)
{
    int32_t answer
        = ((ROWS == 0) || ((rows == ROWS) && (columns == COLUMNS))) ? 1 : 0;
    if ((rows < LEAST_ROWS) || (columns < LEAST_COLUMNS)) {
        answer = 0;
    }
    return answer;
}

#if BACKGROUND
/* The mean of a cell of 4 x 4 px, row by row; what lies beyond the border is what lies on
 * it. */
static float cell_of(const float *grey, plane photo, int32_t row, int32_t column)
{
    float total = 0.0F;
    for (int32_t r = 0; r < 4; r++) {
        const size_t above = (size_t)least_of((4 * row) + r, photo.rows - 1);
        float four = 0.0F;
        for (int32_t c = 0; c < 4; c++) {
            const size_t left = (size_t)least_of((4 * column) + c, photo.columns - 1);
            four += grey[(above * (size_t)photo.columns) + left];
        }
        total += four;
    }
    return total * 0.0625F;
}

/* Whether all (or, of `any`, one) of the 3 x 3 places around are set; beyond the border
 * lies what lies on it. */
static float of_square(plane p, int32_t row, int32_t column, int32_t any)
{
    float found = (any != 0) ? 0.0F : 1.0F;
    for (int32_t r = row - 1; r <= (row + 1); r++) {
        for (int32_t c = column - 1; c <= (column + 1); c++) {
            const float here = row_of(p, most_of(0, least_of(r, p.rows - 1)))[most_of(
                0, least_of(c, p.columns - 1))];
            found = (any != 0) ? larger_of(found, here) : lesser_of(found, here);
        }
    }
    return found;
}

/* Take a cell into a piece, if it is one and not taken yet. */
static size_t joined(plane left, float *queue, size_t count, int32_t row, int32_t column)
{
    size_t now = count;
    if ((row >= 0) && (row < left.rows) && (column >= 0) && (column < left.columns)
        && (row_of(left, row)[column] != 0.0F)) {
        const size_t at = ((size_t)row * (size_t)left.columns) + (size_t)column;
        left.at[at] = 0.0F;
        queue[2U * now] = (float)row;
        queue[(2U * now) + 1U] = (float)column;
        now++;
    }
    return now;
}

/* Whether a piece is large enough, and even: a table or a hole, no fault. */
static int32_t is_outside(plane means, plane inner, const float *queue, size_t count)
{
    int32_t beside = 0;
    size_t within = 0;
    double total = 0.0;
    double away = 0.0;
    for (int32_t pass = 0; pass < 2; pass++) {
        const double middle = (within > 0U) ? (total / (double)within) : 0.0;
        for (size_t i = 0; i < count; i++) {
            const int32_t r = (int32_t)queue[2U * i];
            const int32_t c = (int32_t)queue[(2U * i) + 1U];
            const double level = (double)row_of(means, r)[c];
            if ((r == 0) || (c == 0) || (r == (means.rows - 1)) || (c == (means.columns - 1))) {
                beside = 1;
            }
            if (row_of(inner, r)[c] != 0.0F) {
                within += (pass == 0) ? 1U : 0U;
                total += (pass == 0) ? level : 0.0;
                away += (pass == 0) ? 0.0 : ((level - middle) * (level - middle));
            }
        }
    }
    const double least = (beside != 0) ? LEAST_BESIDE : LEAST_HOLE;
    return (((double)count >= (least * (double)size_of(means))) && (within > 0U)
            && (sqrt(away / (double)within) <= EVEN))
               ? 1
               : 0;
}

/* Take what is not the part, and two cells around it, out of what is looked at. */
static void without_background(glassline_reader *reader, plane keep, const float *grey)
{
    const size_t mark = reader->used;
    const int32_t rows = (keep.rows + 3) / 4;
    const int32_t columns = (keep.columns + 3) / 4;
    plane means = new_plane(reader, rows, columns);
    plane left = new_plane(reader, rows, columns);
    plane inner = new_plane(reader, rows, columns);
    plane narrow = new_plane(reader, rows + 2, columns + 2); /* one further on each side */
    float *queue = taken(reader, 2U * size_of(means));
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t c = 0; c < columns; c++) {
            const float mean = cell_of(grey, keep, r, c);
            row_of(means, r)[c] = mean;
            row_of(left, r)[c]
                = (BACKGROUND_ABOVE ? (mean > LEVEL) : (mean < LEVEL)) ? 1.0F : 0.0F;
        }
    }
    for (int32_t r = 0; r < narrow.rows; r++) {
        for (int32_t c = 0; c < narrow.columns; c++) {
            row_of(narrow, r)[c] = of_square(left, r - 1, c - 1, 0);
        }
    }
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t c = 0; c < columns; c++) {
            row_of(left, r)[c] = of_square(narrow, r + 1, c + 1, 1);
        }
    }
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t c = 0; c < columns; c++) {
            row_of(inner, r)[c] = of_square(left, r, c, 0);
        }
    }
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t c = 0; c < columns; c++) {
            size_t count = joined(left, queue, 0, r, c);
            for (size_t i = 0; i < count; i++) {
                const int32_t row = (int32_t)queue[2U * i];
                const int32_t column = (int32_t)queue[(2U * i) + 1U];
                count = joined(left, queue, count, row - 1, column);
                count = joined(left, queue, count, row + 1, column);
                count = joined(left, queue, count, row, column - 1);
                count = joined(left, queue, count, row, column + 1);
            }
            if (is_outside(means, inner, queue, count) == 0) {
                count = 0;
            }
            for (size_t i = 0; i < count; i++) {
                const int32_t top = 4 * ((int32_t)queue[2U * i] - 2);
                const int32_t side = 4 * ((int32_t)queue[(2U * i) + 1U] - 2);
                for (int32_t y = most_of(0, top); y < least_of(top + 20, keep.rows); y++) {
                    for (int32_t x = most_of(0, side); x < least_of(side + 20, keep.columns);
                         x++) {
                        row_of(keep, y)[x] = 0.0F;
                    }
                }
            }
        }
    }
    reader->used = mark;
}
#endif

#if MASKED
/* Lay down which pixels count, and which places of all smaller photos; 0 where too little
 * is left. What is told by the photo itself is laid down photo by photo. */
static int32_t lay_mask(glassline_reader *reader, const float *grey)
{
    reader->used = 0;
    plane keep = new_plane(reader, reader->rows, reader->columns);
    size_t cells = 0;
    for (size_t i = 0; i < size_of(keep); i++) {
        keep.at[i] = 1.0F;
    }
#if RUNS > 0
    size_t at = 0;
    for (int32_t run = 0; run < RUNS; run++) {
        for (uint32_t i = 0; (i < MASK[run]) && (at < size_of(keep)); i++) {
            keep.at[at] = ((run % 2) == 0) ? 0.0F : 1.0F;
            at++;
        }
    }
#endif
#if DRAWN > 0
    drawn(reader, keep);
#endif
#if BACKGROUND
    if (grey != NULL) {
        without_background(reader, keep, grey);
    }
#else
    (void)grey;
#endif
    for (int32_t step = 1; step < 4; step++) {
        keep = halved(reader, keep);
        for (size_t i = 0; i < size_of(keep); i++) {
            keep.at[i] = (keep.at[i] == 1.0F) ? 1.0F : 0.0F;
            cells += ((step == CELLS) && (keep.at[i] != 0.0F)) ? 1U : 0U;
        }
    }
    reader->kept = reader->used;
    return ((reader->rows >= 4) && (reader->columns >= 4) && (cells >= LEAST_CELLS)) ? 1 : 0;
}
#endif

/* Tell a surface which of its places count. */
static void looked_at(const glassline_reader *reader, surface *s)
{
    s->masked = 0;
    for (int32_t step = 0; step < 4; step++) {
        s->kept[step] = (plane){0, 0, NULL};
        s->counts[step] = 0U;
    }
#if MASKED
    plane kept = {reader->rows, reader->columns, reader->memory};
    for (int32_t step = 0; step < 4; step++) {
        s->kept[step] = kept;
        for (size_t i = 0; i < size_of(kept); i++) {
            s->counts[step] += (kept.at[i] != 0.0F) ? 1U : 0U;
        }
        kept = (plane){half_of(kept.rows), half_of(kept.columns), &kept.at[size_of(kept)]};
    }
    s->masked = (s->counts[0] < size_of(s->kept[0])) ? 1 : 0;
    for (int32_t step = 0; (s->masked == 0) && (step < 4); step++) {
        s->counts[step] = 0U;
    }
#else
    (void)reader;
#endif
}

#if MASKED
#define MOST_LEVELS 32

/* Fill what does not count from what does, level by level (pull and push). */
static void fill(glassline_reader *reader, plane photo, plane keep)
{
    const size_t mark = reader->used;
    plane totals[MOST_LEVELS];
    plane shares[MOST_LEVELS];
    int32_t level = 0;
    int32_t is_whole = 0;
    totals[0] = new_plane(reader, photo.rows, photo.columns);
    shares[0] = keep;
    for (size_t i = 0; i < size_of(photo); i++) {
        totals[0].at[i] = photo.at[i] * keep.at[i];
    }
    while (is_whole == 0) {
        const plane before = totals[level];
        const int32_t rows = (before.rows + 1) / 2;
        const int32_t columns = (before.columns + 1) / 2;
        level++;
        totals[level] = halved_to(reader, before, rows, columns);
        shares[level] = halved_to(reader, shares[level - 1], rows, columns);
        is_whole = 1;
        for (size_t i = 0; i < size_of(shares[level]); i++) {
            if (shares[level].at[i] == 0.0F) {
                is_whole = 0;
            }
        }
        if ((rows == 1) && (columns == 1)) {
            is_whole = 1;
        }
    }
    plane filled = totals[level];
    for (size_t i = 0; i < size_of(filled); i++) {
        filled.at[i] /= larger_of(shares[level].at[i], LEAST_SHARE);
    }
    for (level--; level > 0; level--) {
        plane grown
            = linearly(reader, filled, totals[level].rows, totals[level].columns);
        filled = totals[level];
        for (size_t i = 0; i < size_of(filled); i++) {
            const float share = shares[level].at[i];
            filled.at[i] = (share > 0.0F) ? (filled.at[i] / larger_of(share, LEAST_SHARE))
                                          : grown.at[i];
        }
    }
    plane grown = linearly(reader, filled, photo.rows, photo.columns);
    for (size_t i = 0; i < size_of(photo); i++) {
        photo.at[i] = (keep.at[i] != 0.0F) ? photo.at[i] : grown.at[i];
    }
    reader->used = mark;
}
#endif

