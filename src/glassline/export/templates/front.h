typedef struct {
    int32_t rows;
    int32_t columns;
    float *memory;
    size_t floats; /* how many there are */
    size_t used;   /* how many are taken */
    size_t kept;   /* how many of those say which pixels count */
} glassline_reader;

/* How many bytes a reader needs for photos of this size. */
size_t glassline_room(int32_t rows, int32_t columns);

/* Set a reader up in memory aligned for float, of at least glassline_room() bytes: once for
 * photos of a size. The recipe's polygons and mask picture are laid over it here. */
int32_t glassline_set_up(glassline_reader *reader, void *memory, size_t bytes,
                         int32_t rows, int32_t columns);

/* Read a photo: rows * columns grey values, row by row, 0 black to 1 white. A photo of
 * bytes is divided by 255 first. */
int32_t glassline_read(glassline_reader *reader, const float *grey,
                       double readings[GLASSLINE_FEATURES]);

/* The same of a photo of colour: beside its grey 3 * rows * columns values, red, green and
 * blue of each pixel, 0 to 1. A feature that is read on a plane of colour needs them; by
 * glassline_read() a photo has no colour. */
int32_t glassline_read_colour(glassline_reader *reader, const float *grey,
                              const float *rgb, double readings[GLASSLINE_FEATURES]);
