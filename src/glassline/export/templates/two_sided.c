/* ---- Lines against both of their sides, at the photo's own resolution ---- */

#define CELL_PX 4

/* A pixel of the photo cut to whole cells; of a smaller photo its border goes on. */
static float pixel_in_cells(const surface *s, int32_t row, int32_t column)
{
    const plane photo = s->smaller[0];
    return row_of(photo, least_of(row, photo.rows - 1))[least_of(column, photo.columns - 1)];
}

/* Means of 4 pixels along a heading, of all lines through each row of cells. */
static plane means_along(glassline_reader *reader, const surface *s, int32_t heading)
{
    const int32_t wide = s->columns * CELL_PX;
    const int32_t is_level = (heading == 0) ? 1 : 0;
    plane out = new_plane(reader, (is_level != 0) ? (s->rows * CELL_PX) : s->rows,
                          (is_level != 0) ? s->columns : wide);
    for (int32_t r = 0; r < out.rows; r++) {
        for (int32_t c = 0; c < out.columns; c++) {
            float total = 0.0F;
            for (int32_t step = 0; step < CELL_PX; step++) {
                const int32_t down = (CELL_PX * r) + step;
                if (heading == 0) {
                    total += pixel_in_cells(s, r, (CELL_PX * c) + step);
                } else if (heading == 1) {
                    total += pixel_in_cells(s, down, c);
                } else {
                    const int32_t aside = (heading == 2) ? (step - 1) : (2 - step);
                    total += pixel_in_cells(s, down, mirrored(c + aside, wide));
                }
            }
            row_of(out, r)[c] = total * 0.25F;
        }
    }
    return out;
}

/* How much darker than both sides, how much brighter, or the larger of the two. */
static float apart(float one, float middle, float other, int32_t polarity)
{
    const float dark = lesser_of(one, other) - middle;
    const float bright = middle - larger_of(one, other);
    float found = larger_of(dark, bright);
    if (polarity == DARK) {
        found = dark;
    } else if (polarity == BRIGHT) {
        found = bright;
    } else {
        /* either */
    }
    return found;
}

/* The bends of the lines through cells that count; all where none does. */
static plane counted_lines(glassline_reader *reader, const surface *s, plane bend,
                           int32_t is_level)
{
    plane out = bend;
    if (s->counts[CELLS] > 0U) {
        out = (plane){1, 0, taken(reader, size_of(bend))};
        for (int32_t r = 0; r < bend.rows; r++) {
            const float *kept
                = row_of(s->kept[CELLS], (is_level != 0) ? (r / CELL_PX) : r);
            for (int32_t c = 0; c < bend.columns; c++) {
                if (kept[(is_level != 0) ? c : (c / CELL_PX)] != 0.0F) {
                    out.at[out.columns] = row_of(bend, r)[c];
                    out.columns++;
                }
            }
        }
    }
    return out;
}

/* The largest contrast of each cell along one heading; adds to the size of the bend, and
 * returns its noise. */
static double contrast_along(glassline_reader *reader, const surface *s,
                             const line_settings *set, int32_t heading, plane cells,
                             plane size)
{
    const int32_t is_level = (heading == 0) ? 1 : 0;
    const int32_t aside = (heading < 2) ? set->distance : set->aslant;
    plane means = means_along(reader, s, heading);
    plane bend = new_plane(reader, means.rows, means.columns);
    for (size_t i = 0; i < size_of(cells); i++) {
        cells.at[i] = -INFINITY;
    }
    for (int32_t r = 0; r < means.rows; r++) {
        const int32_t up = (is_level != 0) ? mirrored(r - aside, means.rows) : r;
        const int32_t down = (is_level != 0) ? mirrored(r + aside, means.rows) : r;
        for (int32_t c = 0; c < means.columns; c++) {
            const int32_t left = (is_level != 0) ? c : mirrored(c - aside, means.columns);
            const int32_t right = (is_level != 0) ? c : mirrored(c + aside, means.columns);
            const float here = row_of(means, r)[c];
            const float one = row_of(means, up)[left];
            const float other = row_of(means, down)[right];
            float *cell = (is_level != 0) ? &row_of(cells, r / CELL_PX)[c]
                                          : &row_of(cells, r)[c / CELL_PX];
            row_of(bend, r)[c] = ((one + other) * 0.5F) - here;
            *cell = larger_of(*cell, apart(one, here, other, set->polarity));
        }
    }
    for (int32_t r = 0; r < size.rows; r++) {
        for (int32_t c = 0; c < size.columns; c++) {
            float total = 0.0F;
            for (int32_t at = 0; at < CELL_PX; at++) {
                total += fabsf((is_level != 0) ? row_of(bend, (CELL_PX * r) + at)[c]
                                               : row_of(bend, r)[(CELL_PX * c) + at]);
            }
            row_of(size, r)[c] += total * 0.25F;
        }
    }
    return spread_of(reader, counted_lines(reader, s, bend, is_level));
}

/* A plane of cells for each heading: contrast against both sides over the noise around. */
static void against_both_sides(glassline_reader *reader, const surface *s,
                               const line_settings *set, plane ridges[4])
{
    double noise = 0.0;
    plane size = new_plane(reader, s->rows, s->columns);
    for (size_t i = 0; i < size_of(size); i++) {
        size.at[i] = 0.0F;
    }
    for (int32_t heading = 0; heading < 4; heading++) {
        ridges[heading] = new_plane(reader, s->rows, s->columns);
        const size_t mark = reader->used;
        noise += contrast_along(reader, s, set, heading, ridges[heading], size);
        reader->used = mark;
    }
    for (size_t i = 0; i < size_of(size); i++) {
        size.at[i] *= 0.25F;
    }
    plane around = noise_around(reader, s, size, at_least_a_quarter_grey(noise / 4.0));
    for (int32_t heading = 0; heading < 4; heading++) {
        for (size_t i = 0; i < size_of(around); i++) {
            ridges[heading].at[i] = larger_of(ridges[heading].at[i], 0.0F) / around.at[i];
        }
        (void)blanked(s, ridges[heading], CELLS);
    }
}

