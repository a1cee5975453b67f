/* A verdict on a part: readings to class, decision and probabilities, and (with the
 * measured front) a grey photo to readings. C11, no dependencies but the C library's
 * mathematics; no allocation: whoever calls gives the memory, once for a photo size.
 * Link with -lm. Compilers that contract a * b + c must be told not to
 * (-ffp-contract=off; -std=c11 implies it in GCC). */
#ifndef GLASSLINE_VERDICT_H
#define GLASSLINE_VERDICT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

@SIZES@
enum glassline_status {
    GLASSLINE_DONE = 0,
    GLASSLINE_NOT_FINITE = 1, /* a number or a pixel is NaN or infinite: no verdict */
    GLASSLINE_NO_ROOM = 2,    /* less memory than glassline_room() says */
    GLASSLINE_NO_PHOTO = 3,   /* no pixel, or no reader set up */
    GLASSLINE_OTHER_SIZE = 4, /* not the recipe's region, or too little under its mask */
    GLASSLINE_NO_PART = 5     /* of this photo nearly all is background */
};

enum glassline_action { GLASSLINE_ACCEPT = 0, GLASSLINE_REJECT = 1, GLASSLINE_REVIEW = 2 };

typedef struct {
    int32_t class_place;    /* in glassline_classes; -1 without a verdict */
    int32_t decision_place; /* an action; -1 without a verdict */
    int32_t is_novel;       /* 1 where the part is unlike all of training */
    int32_t is_held;        /* 1 where the camera's repeatability could change it */
    double x[GLASSLINE_FEATURES];
    double logits[GLASSLINE_CLASSES];
    double probabilities[GLASSLINE_CLASSES];
    double adjusted[GLASSLINE_CLASSES]; /* corrected to the line's priors */
    double costs[3];                    /* expected, of each action */
} glassline_verdict;

extern const char *const glassline_model; /* hash of the model */
extern const char *const glassline_classes[GLASSLINE_CLASSES];
extern const char *const glassline_features[GLASSLINE_FEATURES];

/* Readings to features in standard units, before their clip. */
int32_t glassline_scale(const double readings[GLASSLINE_FEATURES],
                        double unclipped[GLASSLINE_FEATURES]);

/* The verdict on features in standard units, before their clip. */
int32_t glassline_judge_x(const double unclipped[GLASSLINE_FEATURES],
                          glassline_verdict *verdict);

/* The verdict on readings in their own units. */
int32_t glassline_judge(const double readings[GLASSLINE_FEATURES],
                        glassline_verdict *verdict);

@FRONT@
#ifdef __cplusplus
}
#endif

#endif
