"""Values of the grid noise, made apart from the library: Philox in Python integers, every probability by mpmath at 60 digits.

    python3 tests/Goldens/grid_noise.py > tests/Goldens/grid_noise.json
"""
import hashlib
import json
import struct

from mpmath import mp, mpf, ncdf, sqrt, exp, pi, floor

mp.dps = 60
CELL, SLOTS, SHARE = 1 << 13, 4096, 64
MASK32 = (1 << 32) - 1


def philox(counter, key):
    c = [counter >> 32 * i & MASK32 for i in range(4)]
    k0, k1 = key & MASK32, key >> 32
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k0, p1 & MASK32, (p0 >> 32) ^ c[3] ^ k1, p0 & MASK32]
        k0, k1 = (k0 + 0x9E3779B9) & MASK32, (k1 + 0xBB67AE85) & MASK32
    return c


class Law:
    def __init__(self, sigma):
        step = mpf(2) ** -60
        while sigma / (2 * step) >= 2 ** 20:
            step *= 2
        self.step, self.s = step, sigma / step
        self.cells = int(mp.ceil(mpf("9.2") * self.s / CELL))
        cdf = [ncdf(c * CELL / self.s) for c in range(self.cells + 1)]
        mass = [2 * (cdf[c + 1] - cdf[c]) for c in range(self.cells)]
        flat = [CELL * self.q((c + 1) * CELL - 1) for c in range(self.cells)]
        self.weights = [int(floor(f * SLOTS * SHARE)) for f in flat]
        self.weights.append(SLOTS * SHARE - sum(self.weights))
        left = [f - mpf(w) / (SLOTS * SHARE) for f, w in zip(flat, self.weights)]
        above = [m - f for m, f in zip(mass, flat)]
        total, run, self.cumulative = sum(left) + sum(above), mpf(0), []
        for part in left + above:
            run += part
            self.cumulative.append(run / total)
        self.slots = self.alias(self.weights + [0] * (SLOTS - len(self.weights)))

    def q(self, k):
        """2 Phi((k + 1)/s) - 2 Phi(k/s), from the tails so that no digit is lost."""
        return 2 * (ncdf(-k / self.s) - ncdf(-(k + 1) / self.s))

    @staticmethod
    def alias(left):
        small = [i for i in range(SLOTS) if left[i] < SHARE]
        large = [i for i in range(SLOTS) if left[i] >= SHARE]
        slots = [None] * SLOTS
        while small:
            i, j = small.pop(), large[-1]
            slots[i] = (left[i], j)
            left[j] -= SHARE - left[i]
            if left[j] < SHARE:
                small.append(large.pop())
        for i in large:
            slots[i] = (SHARE, i)
        return slots

    def value(self, key, counter, i):
        word = philox(counter + 8 * (i // 32) + i % 16 // 2, key)[i % 32 // 16 * 2 + i % 2]
        slot, share, sign, place = word >> 20, word >> 14 & SHARE - 1, word >> 13 & 1, word & CELL - 1
        own, other = self.slots[slot]
        cell = slot if share < own else other
        rest = cell == self.cells
        k = self.rest(key, counter + (1 << 27) + 16 * i) if rest else cell * CELL + place
        return (~k if sign else k), rest

    def rest(self, key, counter):
        w = philox(counter, key)
        pick = mpf(w[0] | w[1] << 32) / 2 ** 64
        part = next(c for c, upto in enumerate(self.cumulative) if pick < upto)
        if part < self.cells:
            return part * CELL + (w[2] & CELL - 1)
        cell = part - self.cells
        first, last = cell * CELL, (cell + 1) * CELL - 1
        for attempt in range(16):
            w = philox(counter + attempt, key)
            word = w[2] | w[3] << 32
            a, b = word & CELL - 1, word >> 13 & CELL - 1
            place = min(a, b)
            x = lambda k: (k + mpf(1) / 2) / self.s
            density = lambda k: exp(-x(k) ** 2 / 2)
            steepest = (last + 1) / self.s ** 2 * density(first)
            if a != b and mpf(word >> 26) / 2 ** 38 < (density(first + place) - density(last)) / ((last - first - place) * steepest):
                break
        return first + place


# Stream 5, image 4,000,000,123, estimation (2), sample 60,000,000,007 as in GaussianNoiseTests.
KEY = 0x0123456789ABCDEF
COUNTER = (5 << 34 | 2 << 32 | 4_000_000_123) << 64 | 60_000_000_007 << 28
out = []
for text in ["0.25", "0.5", "0.12", "1", "0.3"]:
    sigma = mpf(float(text))
    law = Law(sigma)
    drawn = [law.value(KEY, COUNTER, i) for i in range(20000)]
    values = [k for k, _ in drawn]
    rest = [i for i, (_, r) in enumerate(drawn) if r]
    cells = [0, 1, 10, 100, 300, 600, law.cells - 1]
    out.append({
        "sigma": text,
        "step_log2": int(mp.log(law.step, 2)),
        "cells": law.cells,
        "weights": {str(c): law.weights[c] for c in cells + [law.cells]},
        "first": values[:48],
        "rest_indices": rest[:16],
        "rest_values": [values[i] for i in rest[:16]],
        "sha256_int32": hashlib.sha256(struct.pack("<20000i", *values)).hexdigest(),
    })
print(json.dumps(out, indent=1))
