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
    plane ridges[4];
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
    if (set->both != 0) {
        against_both_sides(reader, s, set, ridges);
    } else {
        ridges[0] = ridge_in_cells(reader, s, set->width, set->polarity);
    }
    for (size_t i = 0; i < size_of(framed); i++) {
        framed.at[i] = 0.0F;
    }
    for (size_t i = 0; i < size_of(best); i++) {
        best.at[i] = 0.0F;
    }
    for (int32_t heading = 0; heading < 4; heading++) {
        const int32_t *next = nexts[heading];
        const int32_t last[3] = {-next[0], -next[1], -next[2]};
        const plane ridge = ridges[(set->both != 0) ? heading : 0];
        for (int32_t r = 0; r < s->rows; r++) {
            for (int32_t c = 0; c < s->columns; c++) {
                row_of(framed, r + 1)[c + 1] = row_of(ridge, r)[c];
            }
        }
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

static double typical(float *some, size_t count)
{
    double total = 0.0;
    const float limit = (float)((4.0 * median_of(some, count)) + FLOOR);
    for (size_t i = 0; i < count; i++) {
        total += (double)lesser_of(some[i], limit);
    }
    return (total / (double)count) + FLOOR;
}

static double typical_anywhere(glassline_reader *reader, const surface *s, int32_t step)
{
    size_t count = 0;
    plane bend = counted(reader, s, bend_of(reader, s->smaller[step]), step);
    float *some = some_of(reader, bend, MANY, &count);
    return typical(some, count);
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
static plane block_means(glassline_reader *reader, plane cells, int32_t tall, int32_t wide)
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

/* The same of the cells that count; `share` is how much of each block they are. */
static plane over_blocks(glassline_reader *reader, const surface *s, plane cells,
                         plane share, const int32_t size[2])
{
    if (s->masked == 0) {
        return block_means(reader, cells, size[0], size[1]);
    }
    plane some = new_plane(reader, cells.rows, cells.columns);
    for (size_t i = 0; i < size_of(some); i++) {
        some.at[i] = (s->kept[CELLS].at[i] != 0.0F) ? cells.at[i] : 0.0F;
    }
    plane out = block_means(reader, some, size[0], size[1]);
    for (size_t i = 0; i < size_of(out); i++) {
        out.at[i] /= larger_of(share.at[i], LEAST_SHARE);
    }
    return out;
}

/* Least share of a place that counts: half, or that of the fullest. */
static float least_share(plane share)
{
    float most = 0.0F;
    for (size_t i = 0; i < size_of(share); i++) {
        most = larger_of(most, share.at[i]);
    }
    return lesser_of(most, 0.5F);
}

/* The blocks that count, in one row. */
static plane counted_blocks(glassline_reader *reader, const surface *s, plane blocks,
                            plane share)
{
    plane out = {1, 0, copied(reader, blocks)};
    const float least = (s->masked != 0) ? least_share(share) : 0.0F;
    for (size_t i = 0; i < size_of(blocks); i++) {
        if ((s->masked == 0) || (share.at[i] >= least)) {
            out.at[out.columns] = blocks.at[i];
            out.columns++;
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
/* Which pixels of half the size count and lie beside no speck; all were there none. */
static plane without_specks(glassline_reader *reader, const surface *s,
                            const curvature *f, size_t *count)
{
    plane left = new_plane(reader, f->mean.rows, f->mean.columns);
    const int32_t masked = (s->counts[1] > 0U) ? 1 : 0;
    const float limit = (float)(SPECK * f->noise);
    for (int32_t pass = 0; (pass < 2) && (*count == 0U); pass++) {
        for (size_t i = 0; i < size_of(left); i++) {
            left.at[i] = ((masked == 0) || (s->kept[1].at[i] != 0.0F)) ? 1.0F : 0.0F;
        }
        for (int32_t r = 0; (pass == 0) && (r < left.rows); r++) {
            for (int32_t c = 0; c < left.columns; c++) {
                const float grain
                    = fabsf(row_of(f->mean, r)[c]) - row_of(f->turn, r)[c];
                const float keeps = (masked != 0) ? row_of(s->kept[1], r)[c] : 1.0F;
                if ((grain > limit) && (keeps != 0.0F)) {
                    for (int32_t y = most_of(0, r - 2);
                         y <= least_of(left.rows - 1, r + 2); y++) {
                        for (int32_t x = most_of(0, c - 2);
                             x <= least_of(left.columns - 1, c + 2); x++) {
                            row_of(left, y)[x] = 0.0F;
                        }
                    }
                }
            }
        }
        for (size_t i = 0; i < size_of(left); i++) {
            *count += (left.at[i] != 0.0F) ? 1U : 0U;
        }
    }
    return left;
}

/* Some places of half the size, none at a speck, there and in their four pixels. */
static double texture_beside_specks(glassline_reader *reader, const surface *s,
                                    const texture_settings *set)
{
    const plane fine = bend_of(reader, s->smaller[0]);
    const plane coarse = bend_of(reader, s->smaller[1]);
    size_t count = 0;
    const plane left = without_specks(reader, s, &s->curved[set->specks], &count);
    const size_t step = step_among(count, (int32_t)count, MANY);
    const size_t some = ((count - 1U) / step) + 1U;
    float *wide = taken(reader, some);
    float *narrow = taken(reader, 4U * some);
    size_t seen = 0;
    size_t at = 0;
    for (int32_t r = 0; r < left.rows; r++) {
        for (int32_t c = 0; c < left.columns; c++) {
            if (row_of(left, r)[c] != 0.0F) {
                if ((seen % step) == 0U) {
                    const int32_t y = 2 * r;
                    const int32_t x = 2 * c;
                    const float *above = row_of(fine, least_of(y, fine.rows - 1));
                    const float *below = row_of(fine, least_of(y + 1, fine.rows - 1));
                    const int32_t last = least_of(x + 1, fine.columns - 1);
                    wide[at] = row_of(coarse, r)[c];
                    narrow[4U * at] = above[least_of(x, fine.columns - 1)];
                    narrow[(4U * at) + 1U] = above[last];
                    narrow[(4U * at) + 2U] = below[least_of(x, fine.columns - 1)];
                    narrow[(4U * at) + 3U] = below[last];
                    at++;
                }
                seen++;
            }
        }
    }
    return log(typical(wide, at) / typical(narrow, 4U * at));
}

static double texture_of_scales(glassline_reader *reader, const surface *s,
                                const texture_settings *set)
{
    double found = 0.0;
    if (set->skips != 0) {
        found = texture_beside_specks(reader, s, set);
    } else {
        const double fine = typical_anywhere(reader, s, 0);
        const double coarse = typical_anywhere(reader, s, 1);
        found = log(coarse / fine);
    }
    return found;
}

/* What a share of the values exceeds; they are put in another order. */
static double exceeded(float *values, size_t count, double share)
{
    const size_t rank = (size_t)((1.0 - share) * (double)(count - 1U));
    rank_in_place(values, count, rank);
    return (double)values[rank];
}

static double texture_of_pixels(glassline_reader *reader, const surface *s,
                                const texture_settings *set)
{
    const plane photo = s->smaller[1];
    const plane bend = bend_of(reader, photo);
    size_t count = 0;
    const plane left = without_specks(reader, s, &s->curved[set->specks], &count);
    plane values = {1, (int32_t)count, taken(reader, count)};
    size_t at = 0;
    for (size_t i = 0; i < size_of(photo); i++) {
        if (left.at[i] != 0.0F) {
            const float bright = larger_of(photo.at[i], 0.0F) + (float)DARKEST;
            values.at[at] = (bend.at[i] + (float)FLOOR) / powf(bright, set->light_power);
            at++;
        }
    }
    size_t some_of_them = 0;
    float *some = some_of(reader, values, MANY, &some_of_them);
    return PER_MILLE * exceeded(some, some_of_them, set->share);
}

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
    const int32_t block[2]
        = {least_of(set->block, s->rows), least_of(set->block, s->columns)};
    plane share = {0, 0, NULL};
    plane size = (set->overlaps != 0) ? overlapping(reader, s->smaller[set->step - 1])
                                      : bend_of(reader, s->smaller[set->step]);
    if (set->step < 2) {
        size = halved(reader, size);
    }
    for (size_t i = 0; i < size_of(size); i++) {
        const float detail = size.at[i] + (float)FLOOR;
        size.at[i] = logf((set->floor == 0.0F)
                              ? detail
                              : sqrtf((detail * detail) + (set->floor * set->floor)));
    }
    if (s->masked != 0) {
        share = block_means(reader, s->kept[CELLS], block[0], block[1]);
    }
    plane blocks = over_blocks(reader, s, averaged(reader, s, size), share, block);
    if (set->light_power != 0.0F) {
        plane light = over_blocks(reader, s, s->smaller[CELLS], share, block);
        for (size_t i = 0; i < size_of(blocks); i++) {
            const float bright = larger_of(light.at[i], 0.0F) + (float)DARKEST;
            blocks.at[i] -= set->light_power * logf(bright);
        }
    }
    plane some = counted_blocks(reader, s, blocks, share);
    const double middle = median_of(copied(reader, some), size_of(some));
    double found = PER_MILLE * exp(middle);
    if (set->by_rank != 0) {
        found = exceeded(some.at, size_of(some), set->share) - middle;
        found = (found > 0.0) ? found : 0.0;
    } else if (set->parts == 0) {
        found = strongest(some.at, size_of(some), set->share) - middle;
    } else {
        /* the middle place itself */
    }
    return found;
}

/* Take the least-squares plane of the fields that count away, whatever their outline. */
static void level(double *rest, const int32_t *is_counted, int32_t rows, int32_t columns)
{
    /* Gram and Schmidt: mean, then rows, then columns less what rows explain of them. */
    double middle[3] = {0.0, 0.0, 0.0};
    double number = 0.0;
    double shared = 0.0;
    double lengths[2] = {0.0, 0.0};
    double sums[2] = {0.0, 0.0};
    const int32_t count = rows * columns;
    for (int32_t i = 0; i < count; i++) {
        if (is_counted[i] != 0) {
            number += 1.0;
            middle[0] += rest[i];
            middle[1] += (double)(i / columns);
            middle[2] += (double)(i % columns);
        }
    }
    for (int32_t i = 0; i < count; i++) {
        if (is_counted[i] != 0) {
            const double down = (double)(i / columns) - (middle[1] / number);
            shared += down * ((double)(i % columns) - (middle[2] / number));
            lengths[0] += down * down;
        }
    }
    const double turn = (lengths[0] > 0.0) ? (shared / lengths[0]) : 0.0;
    for (int32_t axis = 0; axis < 2; axis++) {
        for (int32_t i = 0; i < count; i++) {
            const double down = (double)(i / columns) - (middle[1] / number);
            const double along = (double)(i % columns) - (middle[2] / number);
            const double place = (axis == 0) ? down : (along - (turn * down));
            if (is_counted[i] != 0) {
                lengths[axis] += (axis == 0) ? 0.0 : (place * place);
                sums[axis] += place * (rest[i] - (middle[0] / number));
            }
        }
    }
    for (int32_t i = 0; i < count; i++) {
        const double down = (double)(i / columns) - (middle[1] / number);
        const double along = (double)(i % columns) - (middle[2] / number) - (turn * down);
        rest[i] -= middle[0] / number;
        rest[i] -= (lengths[0] > 0.0) ? ((sums[0] / lengths[0]) * down) : 0.0;
        /* a whole number of fields: below this all of them lie on one line */
        rest[i] -= (lengths[1] > 1e-6) ? ((sums[1] / lengths[1]) * along) : 0.0;
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

/* The means of the fields that count, of pixels that do, and which those are. */
static void fields_of(glassline_reader *reader, const surface *s, int32_t step,
                      const int32_t size[2], double *means, int32_t *is_counted)
{
    const int32_t count = size[0] * size[1];
    const plane photo = s->smaller[step];
    plane some = {photo.rows, photo.columns, copied(reader, photo)};
    plane fields = by_area(reader, blanked(s, some, step), size[0], size[1]);
    plane share = fields;
    float least = 0.0F;
    if (s->masked != 0) {
        share = by_area(reader, s->kept[step], size[0], size[1]);
        least = least_share(share);
    }
    for (int32_t i = 0; i < count; i++) {
        is_counted[i] = ((s->masked == 0) || (share.at[i] >= least)) ? 1 : 0;
        means[i] = (double)fields.at[i];
        if (s->masked != 0) {
            means[i] /= (double)larger_of(share.at[i], LEAST_SHARE);
        }
    }
}

static double reflection_unevenness(glassline_reader *reader, const surface *s,
                                    const field_settings *set)
{
    double rest[MOST_FIELDS * MOST_FIELDS];
    int32_t is_counted[MOST_FIELDS * MOST_FIELDS];
    const int32_t shorter = least_of(s->smaller[0].rows, s->smaller[0].columns);
    const double side = (double)shorter / (3.0 * (double)set->fields);
    const int32_t step = (side >= 8.0) ? 3 : ((side >= 4.0) ? 2 : 1);
    const int32_t size[2] = {least_of(set->fields, s->smaller[step].rows),
                             least_of(set->fields, s->smaller[step].columns)};
    int32_t count = 0;
    double mean = 0.0;
    fields_of(reader, s, step, size, rest, is_counted);
    for (int32_t i = 0; i < (size[0] * size[1]); i++) {
        mean += (is_counted[i] != 0) ? rest[i] : 0.0;
        count += is_counted[i];
    }
    mean /= (double)count;
    level(rest, is_counted, size[0], size[1]);
    count = 0;
    for (int32_t i = 0; i < (size[0] * size[1]); i++) {
        if (is_counted[i] != 0) {
            rest[count] = rest[i];
            count++;
        }
    }
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
    const float scale = (float)(1.0 / f->noise);
    for (size_t i = 0; i < size_of(grain); i++) {
        grain.at[i] = facing(f->mean.at[i], set->polarity) - f->turn.at[i];
    }
    plane cells = in_cells(reader, s, grain);
    cells = counted(reader, s, (plane){cells.rows, cells.columns, copied(reader, cells)},
                    CELLS);
    for (size_t i = 0; i < size_of(cells); i++) {
        cells.at[i] = larger_of(cells.at[i], 0.0F) * scale;
    }
    return strongest(cells.at, size_of(cells), set->share);
}

