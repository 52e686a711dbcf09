"""Makes statistics_sequential.json: python3 statistics_sequential.py > statistics_sequential.json (needs mpmath; four minutes).

The evidence, bounds and fewest votes of the sequential certifier from their definitions in docs/statistics.md, at 50 digits. Tails are
plain sums of binomial terms, logs of factorials are mpmath's loggamma; nothing is shared with the library. Every argument is the exact
value of the double that is printed, except a target's threshold Phi(radius/sigma), which is exact
(one double above 1/2 for radius 0).
"""
import json
from mpmath import erfc, exp, findroot, inf, log, loggamma, mp, mpf, nstr, sqrt

mp.dps = 50


def tail(c, n, p):
    """P(X >= c) for X ~ Binomial(n, p)."""
    if c <= 0:
        return mpf(1)
    if c > n:
        return mpf(0)
    term = exp(loggamma(n + 1) - loggamma(c + 1) - loggamma(n - c + 1) + c * log(p) + (n - c) * log(1 - p))
    total, j = term, c
    while j < n:
        term *= mpf(n - j) / (j + 1) * p / (1 - p)
        total += term
        j += 1
        if term < total * mpf(10) ** -45 and (n - j) * p < (j + 1) * (1 - p):
            break
    return total


def divergence(q, p):
    return q * log(q / p) + (1 - q) * log((1 - q) / (1 - p))


def alternatives(p0, alpha, budget):
    """1, and those at half, a quarter, ... of log(1/p0) in divergence from p0, while log(1/alpha) over it stays within the budget."""
    result, d = [mpf(1)], -log(p0) / 2
    while log(1 / alpha) / d <= budget and len(result) < 64:
        low, high = p0, result[-1]
        for _ in range(170):
            middle = (low + high) / 2
            low, high = (middle, high) if divergence(middle, p0) < d else (low, middle)
        result.append(high)
        d /= 2
    return result


class Martingale:
    def __init__(self, p0, alpha, budget, share):
        self.p0, self.budget, self.share = mpf(p0), budget, mpf(share)
        alpha = mpf(alpha)
        self.q = alternatives(self.p0, alpha, budget)
        low, high = 0, budget + 1
        while share and low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if tail(middle, budget, self.p0) <= alpha * self.share else (middle + 1, high)
        self.needed = low
        self.bets = bool(share) and low <= budget
        self.whole = tail(low, budget, self.p0) if self.bets else None

    def log(self, k, n, p0=None):
        p0 = self.p0 if p0 is None else p0
        if k <= p0 * n:
            return -inf
        share = self.share if self.bets else mpf(0)
        total = sum((q / p0) ** k * (((1 - q) / (1 - p0)) ** (n - k) if n > k else 1) for q in self.q) * (1 - share) / len(self.q)
        if self.bets:
            total += share * tail(self.needed - k, self.budget - n, self.p0) / self.whole
        return log(total) if total else -inf


def phi(z):
    return erfc(-z / sqrt(mpf(2))) / 2


def bound(rungs, k, n, alpha):
    below = mpf(1) / 2
    for rung in rungs:
        if rung.log(k, n) < -log(mpf(alpha)):
            if rung.log(k, n, below) < -log(mpf(alpha)):
                return below if below > .5 else mpf(0)
            low, high = below, rung.p0
            for _ in range(120):
                middle = (low + high) / 2
                low, high = (middle, high) if rung.log(k, n, middle) >= -log(mpf(alpha)) else (low, middle)
            return low
        below = rung.p0
    return below


result = {"evidence": [], "bounds": []}
for p0, alpha, budget, share in [(.5, .001, 10000, 0), (.5, .05, 500, 0), (.75, .05, 100, .4), (.84, .001, 2000, .4),
                                 (.977, .001, 100000, .4), (.9986, 1e-6, 100000, .4), (.9, 1e-10, 1000000, 0), (.99, .001, 200, .4)]:
    m = Martingale(p0, alpha, budget, share)
    for n in sorted({1, 7, 16, 60, 100, budget // 8, budget // 2, budget}):
        if n > budget:
            continue
        sd = sqrt(n * m.p0 * (1 - m.p0))
        for k in sorted({n, min(n, int(n * m.p0) + 1), min(n, int(n * m.p0 + 2 * sd) + 1), min(n, int(n * m.p0 + 5 * sd) + 1)}):
            value = m.log(k, n)
            if value > -inf:
                result["evidence"].append({"p0": p0, "alpha": alpha, "budget": budget, "share": share, "k": k, "n": n,
                                           "needed": m.needed if share else budget + 1, "alternatives": len(m.q), "log": nstr(value, 25)})

for radii, sigma, alpha, budget in [([.25], .25, .001, 100000), ([.25, .5, .75], .25, .001, 100000), ([.5, 1, 1.5, 2], 1, .001, 100000),
                                    ([0, .3], .5, .05, 1000)]:
    rungs = [Martingale(phi(mpf(r) / mpf(sigma)) if r else mpf(.5) + mpf(2) ** -53, alpha, budget, .4) for r in radii]
    for n in [16, 30, 100, 400, 1000, 5000, 40000, 100000]:
        if n > budget:
            continue
        for share in [.52, .6, .7, .85, .9, .95, .98, .99, .999, 1]:
            k = round(n * share)
            result["bounds"].append({"radii": radii, "sigma": sigma, "alpha": alpha, "budget": budget, "k": k, "n": n,
                                     "bound": nstr(bound(rungs, k, n, alpha), 25)})

print(json.dumps(result, indent=0))
