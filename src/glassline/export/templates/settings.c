
typedef struct {
    int32_t polarity;
    int32_t whole; /* 1: what the whole line adds up to; 0: its strongest stretch */
    int32_t steps; /* of a path each way */
    int32_t width; /* place among the widths */
    int32_t wider;
    int32_t both;     /* 1: against both sides; 0: by its curvature */
    int32_t distance; /* pixels to each side, and columns of a line aslant */
    int32_t aslant;
} line_settings;

typedef struct {
    int32_t scales;   /* 1: fine against coarse; 0: place against place */
    int32_t parts;    /* 1: the middle place as it is, for the scale to compare */
    int32_t pixels;   /* 1: what a share of the pixels exceeds, where no speck is */
    int32_t specks;   /* place of their width among the widths */
    int32_t overlaps; /* details overlap by half */
    int32_t step;     /* 0, 1, 2: detail of 1, 2, 4 pixels */
    int32_t block;    /* cells along its side */
    double share;
    float light_power;
    int32_t by_rank; /* 1: what the share exceeds; 0: the mean of the share */
    float floor;     /* added to a detail in squares; 0: none */
    int32_t skips;   /* 1: no pixel at a speck counts, of scales */
} texture_settings;

typedef struct {
    int32_t fields; /* along each side */
    double share;
} field_settings;

typedef struct {
    int32_t polarity;
    int32_t width; /* place among the widths */
    double share;
} grain_settings;
