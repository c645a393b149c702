/* fmath.h: the floating-point functions that the pure layers use, made of + - * / and comparisons.
 *
 * The C library picks variants of its functions by processor (with and without fused multiply-add),
 * which gives different last bits on different machines. What is here gives one answer everywhere;
 * sqrt is exact by IEEE 754 and one instruction. */
#ifndef BASE_FMATH_H
#define BASE_FMATH_H

/* The largest whole number not above x; NaN and infinities give themselves. */
double fmath_floor(double x);

/* The square root, rounded right; NaN below zero. */
double fmath_sqrt(double x);

/* e to the power x, within one unit in the last place; too large gives infinity, too small
 * zero. */
double fmath_exp(double x);

/* The natural logarithm, within one unit in the last place; zero gives minus infinity, below zero
 * NaN. */
double fmath_log(double x);

#endif
