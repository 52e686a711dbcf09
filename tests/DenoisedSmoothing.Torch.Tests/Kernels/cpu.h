// Runs the kernels on the CPU: what common.h asks of CUDA, with a block's threads as fibers that take turns at every barrier.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <utility>

#define KERNEL static void
#define DEVICE static inline

struct Place { int thread, threads, block_x, blocks_x, block_y, blocks_y; };
extern Place place;
extern float shared[];
void barrier();
float other_lane(float value, int mask);

#define THREAD place.thread
#define THREADS place.threads
#define BLOCK_X place.block_x
#define BLOCKS_X place.blocks_x
#define BLOCK_Y place.block_y
#define BLOCKS_Y place.blocks_y
#define BARRIER() barrier()

DEVICE float reciprocal_root(float x) { return 1.0f / std::sqrt(x); }
DEVICE float sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

// IEEE binary16, to the nearest, ties to even.
DEVICE float from_half(unsigned h)
{
    unsigned sign = h >> 15, exponent = h >> 10 & 31, fraction = h & 1023;
    float value = exponent == 31 ? (fraction ? NAN : INFINITY)
        : exponent ? std::ldexp(1024.0f + fraction, (int)exponent - 25) : std::ldexp((float)fraction, -24);
    return sign ? -value : value;
}

DEVICE unsigned to_half(float f)
{
    unsigned sign = std::signbit(f) ? 0x8000u : 0;
    float value = std::fabs(f);
    if (std::isnan(value))
        return sign | 0x7e00u;
    if (value >= 65520.0f)
        return sign | 0x7c00u;
    if (value < std::ldexp(1.0f, -14))
        return sign | (unsigned)std::nearbyint(std::ldexp(value, 24));
    int exponent;
    std::frexp(value, &exponent);
    unsigned fraction = (unsigned)std::nearbyint(std::ldexp(value, 11 - exponent)); // 1024 to 2048
    return sign | (((unsigned)(exponent + 14) << 10) + (fraction - 1024));
}
