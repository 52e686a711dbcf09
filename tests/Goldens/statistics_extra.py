"""Makes statistics_extra.json: python3 statistics_extra.py > statistics_extra.json (needs mpmath; about half a minute).

Nothing here shares a formula with the library: tails are plain sums of binomial terms, logs of factorials come from
mpmath's loggamma, all at 50 digits. Every alpha, p and z argument is the exact value of the double that is printed.
"""
import json
from mpmath import erfc, exp, findroot, log, loggamma, mp, mpf, nstr, sqrt

mp.dps = 50


def log_pmf(k, n, p):
    return loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1) + k * log(p) + (n - k) * log(1 - p)


def upper_over_pmf(k, n, p):
    """P(X >= k) / P(X = k), by summing until the terms no longer matter."""
    odds, term, total, j = p / (1 - p), mpf(1), mpf(1), k
    while j < n:
        term *= (n - j) * odds / (j + 1)
        total += term
        j += 1
        if term < total * mpf(10) ** -45 and (n - j) * odds < j + 1:
            break
    return total


def upper_tail(k, n, p):
    return mpf(1) if k <= 0 else mpf(0) if k > n else exp(log_pmf(k, n, p)) * upper_over_pmf(k, n, p)


def lower_bound(k, n, alpha):
    """The p with P(X >= k) = alpha: Newton in log p on the concave log tail."""
    if k == 0:
        return mpf(0)
    if k == n:
        return exp(log(alpha) / n)
    p = mpf(k) / n
    while True:
        ratio = upper_over_pmf(k, n, p)
        step = (log(alpha) - log_pmf(k, n, p) - log(ratio)) * ratio / k
        p *= exp(step)
        if abs(step) < mpf(10) ** -35:
            return p


def two_sided(k, n, p):
    if n * p == k:
        return mpf(1)
    if n * p < k:
        return two_sided(n - k, n, 1 - p)
    limit = log_pmf(k, n, p) + log(1 + mpf(10) ** -7)
    low, high = int(mp.ceil(n * p)), n + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if log_pmf(middle, n, p) <= limit else (middle + 1, high)
    return min(mpf(1), upper_tail(n - k, n, 1 - p) + upper_tail(low, n, p))


def quantile(p):
    guess = mp.erfinv(2 * mpf(p) - 1) * sqrt(2)
    return findroot(lambda z: erfc(-z / sqrt(2)) / 2 - mpf(p), guess) if p != 0.5 else mpf(0)


def text(x):
    return nstr(x, 30)


bounds = []
for n in (1, 2, 17, 1000, 100_000, 10_000_000):
    for alpha in (0.5, 0.05, 1e-3, 1e-10) if n < 1_000_000 else (0.05, 1e-3, 1e-10):
        for k in sorted({0, 1, 2, n // 10, n // 2, n // 2 + 1, 9 * n // 10, n - 2, n - 1, n} & set(range(n + 1))):
            a = mpf(alpha)
            bounds.append({"n": n, "k": k, "alpha": alpha, "lower": text(lower_bound(k, n, a)), "upper": text(1 - lower_bound(n - k, n, a))})
for alpha in (0.9, 0.999):
    for n, k in ((10, 1), (10, 5), (10, 9), (1000, 1), (1000, 500), (1000, 999)):
        a = mpf(alpha)
        bounds.append({"n": n, "k": k, "alpha": alpha, "lower": text(lower_bound(k, n, a)), "upper": text(1 - lower_bound(n - k, n, a))})

tests = []
for n, ks in ((1, (0, 1)), (9, (4, 5, 9)), (1000, (400, 499, 500, 520, 560, 700, 1000)), (100_000, (50_100, 51_000, 52_000)), (10_000_000, (4_990_000, 5_000_001, 5_005_200, 5_010_000))):
    tests += [{"n": n, "k": k, "p": 0.5, "p_value": text(two_sided(k, n, mpf(0.5)))} for k in ks]
for n, p, ks in ((10, 0.1, (0, 1, 3, 10)), (25, 0.3, (0, 3, 7, 8, 14)), (1000, 0.05, (20, 49, 51, 90)), (100_000, 0.001, (50, 99, 150)), (10_000_000, 0.75, (7_490_000, 7_500_100, 7_505_000))):
    tests += [{"n": n, "k": k, "p": p, "p_value": text(two_sided(k, n, mpf(p)))} for k in ks]

points = [0.5 + 2.0**-i for i in range(2, 53)] + [1 - 2.0**-i for i in range(2, 54)] + [i / 211 for i in range(1, 211)] + [10.0**-i for i in range(2, 41, 4)]
quantiles = [{"p": p, "z": text(quantile(p))} for p in points]

rows = lambda items: "[\n" + ",\n".join("    " + json.dumps(item) for item in items) + "\n  ]"
print('{\n  "source": "statistics_extra.py: mpmath at 50 digits, plain summation; every alpha and p is the exact double",')
print(f'  "clopper_pearson": {rows(bounds)},\n  "binomial_test_two_sided": {rows(tests)},\n  "normal_quantile": {rows(quantiles)}\n}}')
