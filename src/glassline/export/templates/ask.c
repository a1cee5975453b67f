/* Ask an exported library: rows of readings on standard input, rows of class, decision
 * and probabilities on standard output, in double precision. With the argument "photos"
 * the input is photos (rows, columns, then grey, and red, green, blue of each pixel where
 * the library reads colour), the output their readings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include GLASSLINE_HEADER

static int judge_all(void)
{
    double readings[GLASSLINE_FEATURES];
    while (fread(readings, sizeof readings, 1, stdin) == 1) {
        double row[2 + GLASSLINE_CLASSES];
        glassline_verdict verdict;
        (void)glassline_judge(readings, &verdict);
        row[0] = verdict.class_place;
        row[1] = verdict.decision_place;
        memcpy(&row[2], verdict.probabilities, sizeof verdict.probabilities);
        if (fwrite(row, sizeof row, 1, stdout) != 1) {
            return 1;
        }
    }
    return 0;
}

#ifdef GLASSLINE_READS
static int read_all(void)
{
    int32_t size[2];
    while (fread(size, sizeof size, 1, stdin) == 1) {
        const size_t count = (size_t)size[0] * (size_t)size[1];
        const size_t bytes = glassline_room(size[0], size[1]);
        const size_t floats = count * (GLASSLINE_COLOUR ? 4U : 1U);
        float *grey = malloc(floats * sizeof *grey);
        void *memory = malloc(bytes);
        glassline_reader reader;
        double readings[GLASSLINE_FEATURES];
        int32_t status = GLASSLINE_NO_ROOM;
        if (grey != NULL && fread(grey, sizeof *grey, floats, stdin) == floats) {
            status = glassline_set_up(&reader, memory, bytes, size[0], size[1]);
        }
        if (status == GLASSLINE_DONE) {
            status = GLASSLINE_COLOUR
                         ? glassline_read_colour(&reader, grey, &grey[count], readings)
                         : glassline_read(&reader, grey, readings);
        }
        free(memory);
        free(grey);
        if (status != GLASSLINE_DONE || reader.used > reader.floats
            || fwrite(readings, sizeof readings, 1, stdout) != 1) {
            return 1;
        }
    }
    return 0;
}
#endif

int main(int count, char **given)
{
#ifdef GLASSLINE_READS
    if (count > 1 && strcmp(given[1], "photos") == 0) {
        return read_all();
    }
#endif
    (void)count;
    (void)given;
    return judge_all();
}
