// Convolutions of 3x3 pixels with step 1 and a border of 1, in float32, by Winograd's F(4x4,3x3) (Lavin and Gray 2015): tiles of 4x4
// results are made of 6x6 pixels by 36 products for each pair of channels, where the plain sum takes 144. Three kernels transform weights,
// pixels and products; between them stands one batched matrix product of libtorch's. The points are 0, 1, -1, 2, -2 and infinity.
// A thread has one pair of channels, or one channel of one tile: nothing is shared, and every sum has one order.
#pragma once
#include "common.h"

#define TILE 4
#define WINDOW 6

// Six values of G g for the three of g.
DEVICE void transform_weights(float a, float b, float c, float *out)
{
    float even = (a + c) * (1.0f / 6), odd = b * (1.0f / 6), wide = a * (1.0f / 24) + c * (1.0f / 6), half = b * (1.0f / 12);
    out[0] = a * 0.25f;
    out[1] = -even - odd;
    out[2] = odd - even;
    out[3] = wide + half;
    out[4] = wide - half;
    out[5] = c;
}

// Six values of B^T d for the six of d.
DEVICE void transform_pixels(const float *d, float *out)
{
    float a = d[4] - 4.0f * d[2], b = d[3] - 4.0f * d[1], c = d[4] - d[2], e = 2.0f * (d[3] - d[1]);
    out[0] = 4.0f * d[0] - 5.0f * d[2] + d[4];
    out[1] = a + b;
    out[2] = a - b;
    out[3] = c + e;
    out[4] = c - e;
    out[5] = 4.0f * d[1] - 5.0f * d[3] + d[5];
}

// Four values of A^T m for the six of m.
DEVICE void transform_products(const float *m, float *out)
{
    float a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], e = m[3] - m[4];
    out[0] = m[0] + a + c;
    out[1] = b + 2.0f * e;
    out[2] = a + 4.0f * c;
    out[3] = b + 8.0f * e + m[5];
}

// Which channel of which tile a thread has; false where there is none left.
DEVICE bool tile_of(int tiles, int C, int *tile, int *c)
{
    u32 index = (u32)BLOCK_X * (u32)THREADS + (u32)THREAD;
    if (index >= (u32)tiles * (u32)C)
        return false;
    *tile = (int)(index / (u32)C);
    *c = (int)(index % (u32)C);
    return true;
}

//   w  [K,3,3,C]
//   u  [36,K,C]
DEVICE void winograd_weights(const float *w, float *u, int K, int C)
{
    int k, c;
    if (!tile_of(K, C, &k, &c))
        return;
    float rows[WINDOW][3], line[WINDOW];
    for (int j = 0; j < 3; j++) {
        const float *from = w + ((i64)k * 9 + j) * C + c;
        transform_weights(from[0], from[3 * (i64)C], from[6 * (i64)C], line);
        for (int i = 0; i < WINDOW; i++)
            rows[i][j] = line[i];
    }

    for (int i = 0; i < WINDOW; i++) {
        transform_weights(rows[i][0], rows[i][1], rows[i][2], line);
        for (int j = 0; j < WINDOW; j++)
            u[((i64)(i * WINDOW + j) * K + k) * C + c] = line[j];
    }
}

// Some images of x, from the first of them on.
//   x  [N,height,width,C]
//   v  [36,tiles,C] with tiles = images * down * across
DEVICE void winograd_pixels(const float *x, float *v, int tiles, int down, int across, int height, int width, int C)
{
    int tile, c;
    if (!tile_of(tiles, C, &tile, &c))
        return;
    int n = tile / (down * across), top = tile / across % down * TILE - 1, left = tile % across * TILE - 1;
    const float *image = x + (i64)n * height * width * C + c;
    float rows[WINDOW][WINDOW], line[WINDOW], column[WINDOW];
#pragma unroll
    for (int j = 0; j < WINDOW; j++) {
#pragma unroll
        for (int i = 0; i < WINDOW; i++) {
            int y = top + i, across_x = left + j;
            bool inside = y >= 0 && y < height && across_x >= 0 && across_x < width;
            column[i] = inside ? image[((i64)y * width + across_x) * C] : 0.0f;
        }

        transform_pixels(column, line);
#pragma unroll
        for (int i = 0; i < WINDOW; i++)
            rows[i][j] = line[i];
    }

#pragma unroll
    for (int i = 0; i < WINDOW; i++) {
        transform_pixels(rows[i], line);
#pragma unroll
        for (int j = 0; j < WINDOW; j++)
            v[((i64)(i * WINDOW + j) * tiles + tile) * C + c] = line[j];
    }
}

// As many images of y, from the first of them on.
//   m  [36,tiles,K]
//   y  [N,height,width,K]
DEVICE void winograd_results(const float *m, float *y, int tiles, int down, int across, int height, int width, int K)
{
    int tile, k;
    if (!tile_of(tiles, K, &tile, &k))
        return;
    int n = tile / (down * across), top = tile / across % down * TILE, left = tile % across * TILE;
    float *image = y + (i64)n * height * width * K + k;
    float rows[TILE][WINDOW], line[TILE], column[WINDOW];
#pragma unroll
    for (int j = 0; j < WINDOW; j++) {
#pragma unroll
        for (int i = 0; i < WINDOW; i++)
            column[i] = m[((i64)(i * WINDOW + j) * tiles + tile) * K + k];
        transform_products(column, line);
#pragma unroll
        for (int i = 0; i < TILE; i++)
            rows[i][j] = line[i];
    }

#pragma unroll
    for (int i = 0; i < TILE; i++) {
        transform_products(rows[i], line);
#pragma unroll
        for (int j = 0; j < TILE; j++) {
            if (top + i < height && left + j < width)
                image[((i64)(top + i) * width + left + j) * K] = line[j];
        }
    }
}
