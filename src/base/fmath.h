/* fmath.h: the floating-point functions that the pure layers use, made of + - * / and comparisons.
 *
 * The C library picks variants of its functions by processor (with and without fused multiply-add),
 * which gives different last bits on different machines. What is here gives one answer everywhere;
 * sqrt is exact by IEEE 754 and needs no version of ours. */
#ifndef BASE_FMATH_H
#define BASE_FMATH_H

/* The largest whole number not above x; NaN and infinities give themselves. */
double fmath_floor(double x);

#endif
