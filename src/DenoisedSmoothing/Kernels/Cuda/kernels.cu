// The kernels by name. build.sh makes kernels.ptx.gz of this file, which the library carries.
#include "group_norm.h"
#include "layer_norm.h"
#include "split.h"
#include "winograd.h"

#define GROUP_NORM(T, type) \
KERNEL add_moments_##type(const void *x, const void *bias, int bias_stride, const void *residual, void *y, float *moments, int pixels, int C) \
{ add_moments<T>(x, bias, bias_stride, residual, y, moments, pixels, C); } \
KERNEL group_norm_##type(const void *left, const float *left_moments, int left_parts, int left_C, const void *left_bias, int bias_stride, \
    const void *right, const float *right_moments, int right_parts, int right_C, const void *weight, const void *bias, const void *time, \
    int time_stride, void *y, int pixels, int groups, float eps, int silu) \
{ group_norm<T>(Side{left, left_moments, left_parts, left_C}, left_bias, bias_stride, Side{right, right_moments, right_parts, right_C}, \
    weight, bias, time, time_stride, y, pixels, groups, eps, silu); }

#define LAYER_NORM(T, type, packs) \
KERNEL add_layer_norm_##packs##_##type(const void *x, const void *branch, const void *gamma, void *sum, const void *weight, const void *bias, \
    void *y, int rows, int C, float eps) \
{ add_layer_norm<T, packs>(x, branch, gamma, sum, weight, bias, y, rows, C, eps); }

#define ALL(T, type) \
GROUP_NORM(T, type) \
LAYER_NORM(T, type, 1) \
LAYER_NORM(T, type, 2) \
LAYER_NORM(T, type, 3) \
LAYER_NORM(T, type, 4) \
KERNEL add_layer_norm_wide_##type(const void *x, const void *branch, const void *gamma, void *sum, const void *weight, const void *bias, \
    void *y, int rows, int C, float eps) \
{ add_wide_layer_norm<T>(x, branch, gamma, sum, weight, bias, y, rows, C, eps); }

ALL(Float32, float32)
ALL(BFloat16, bfloat16)
ALL(Float16, float16)

KERNEL winograd_weights_float32(const float *w, float *u, int K, int C) { winograd_weights(w, u, K, C); }
KERNEL winograd_pixels_float32(const float *x, float *v, int tiles, int down, int across, int height, int width, int C)
{ winograd_pixels(x, v, tiles, down, across, height, width, C); }
KERNEL winograd_results_float32(const float *m, float *y, int tiles, int down, int across, int height, int width, int K)
{ winograd_results(m, y, tiles, down, across, height, width, K); }

KERNEL split_rows_float32(const float *x, int stride, const float *bias, float *y, int rows, int C, int piece, int pitch)
{ split<false>(x, stride, bias, y, rows, C, piece, pitch); }
KERNEL split_weights_float32(const float *x, int stride, const float *bias, float *y, int rows, int C, int piece, int pitch)
{ split<true>(x, stride, bias, y, rows, C, piece, pitch); }
