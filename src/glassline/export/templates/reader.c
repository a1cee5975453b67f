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
        if (set->pixels != 0) {
            found = texture_of_pixels(reader, s, set);
        } else {
            found = (set->scales != 0) ? texture_of_scales(reader, s, set)
                                       : texture_of_places(reader, s, set);
        }
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
    reader->used = reader->kept;
    looked_at(reader, &s);
    s.smaller[0] = new_plane(reader, reader->rows, reader->columns);
    for (size_t i = 0; i < size_of(s.smaller[0]); i++) {
        const float *colour = (rgb == NULL) ? NULL : &rgb[3U * i];
        s.smaller[0].at[i] = pixel_of(grey[i], colour, PLANE_KINDS[at]);
    }
#if MASKED
    if (s.masked != 0) {
        fill(reader, s.smaller[0], s.kept[0]);
    }
#endif
    for (int32_t i = 1; i < 4; i++) {
        s.smaller[i] = halved(reader, s.smaller[i - 1]);
    }
    s.rows = s.smaller[2].rows;
    s.columns = s.smaller[2].columns;
    for (int32_t i = 0; i < WIDTHS; i++) {
        s.curved[i] = curvature_of(reader, &s, &WIDTH[i]);
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
            status = (is_of_size(rows, columns) != 0) ? GLASSLINE_DONE : GLASSLINE_OTHER_SIZE;
        }
    }
    if (status == GLASSLINE_DONE) {
        reader->rows = rows;
        reader->columns = columns;
        reader->memory = memory;
        reader->floats = bytes / sizeof(float);
#if MASKED
        if (lay_mask(reader, NULL) == 0) {
            status = GLASSLINE_OTHER_SIZE;
            *reader = (glassline_reader){0};
        }
#endif
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
#if BACKGROUND
    if (lay_mask(reader, grey) == 0) {
        return GLASSLINE_NO_PART;
    }
#endif
    for (int32_t at = 0; at < PLANES; at++) {
        read_plane(reader, grey, rgb, at, each);
    }
    for (int32_t feature = 0; feature < 4; feature++) {
        readings[feature] = reading_of(each[feature], feature);
    }
    return GLASSLINE_DONE;
}
