"""Makes prediction_sets.json: python3 prediction_sets.py > prediction_sets.json (needs mpmath; some seconds).

Levels of robust conformal prediction at 60 digits, and ranks of split conformal prediction in whole fractions. Every number
that is handed in is the exact value of the double that is printed. For noise on a grid of step g, g the largest power of two
that is at most sigma / 2^20, with d values an image: the largest m with
Phi(Phi^-1(m + tau) + (r + g sqrt(d)) / sigma) + tau <= a, tau = 2^-39 d.
"""
import json
from fractions import Fraction
from math import floor, frexp
from statistics import NormalDist
from mpmath import erfc, findroot, mp, mpf, nstr, sqrt

mp.dps = 60


def phi(z):
    return erfc(-z / sqrt(mpf(2))) / 2


def quantile(p):
    return findroot(lambda z: phi(z) / p - 1, mpf(NormalDist().inv_cdf(float(p))))


def level(sigma, dimension, radius, miscoverage):
    sigma, radius, miscoverage = mpf(sigma), mpf(radius), mpf(miscoverage)
    tau, distance = mpf(0), mpf(0)
    if dimension:
        tau = mpf(dimension) * mpf(2) ** -39
        distance = mpf(2) ** (frexp(float(sigma))[1] - 1 - 20) * sqrt(mpf(dimension))
    if miscoverage <= tau:
        return mpf(0)
    return phi(quantile(miscoverage - tau) - (radius + distance) / sigma) - tau


levels = []
for sigma in (.12, .25, .5, 1.0, .3):
    for dimension in (0, 784, 3072, 150528):
        for over in (.01, .25, .5, 1.0, 2.0, 3.5):
            for miscoverage in (.5, .3, .1, .05, .01, 1e-3, 1e-4):
                radius = over * sigma
                exact = level(sigma, dimension, radius, miscoverage)
                if exact > 1e-9:
                    levels.append(dict(sigma=sigma, dimension=dimension, radius=radius, miscoverage=miscoverage,
                                       clean=nstr(exact, 45)))

ranks = [dict(n=n, miscoverage=m, misses=floor(Fraction(n + 1) * Fraction(m)))
         for m in (.1, .3, .05, .01, 1 / 3, .0374, 1e-3, .7, .2, 1 / 49, 0.0)
         for n in (1, 2, 8, 9, 10, 19, 29, 48, 99, 100, 299, 499, 999, 1000, 9999, 10 ** 9 - 1, 2 ** 53 - 1)]

print('{"levels": [', ',\n'.join(map(json.dumps, levels)), '],\n"ranks": [', ',\n'.join(map(json.dumps, ranks)), ']}', sep='\n')
