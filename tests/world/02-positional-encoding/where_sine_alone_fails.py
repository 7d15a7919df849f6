"""Forms of the counter-example against sine alone."""


# form: start, half a turn, a quarter of a turn
# as in: textbooks on trigonometry, sin(0) = sin(pi)
# verdict: right
def where_sine_alone_fails(omega):
    wavelength = 2 * math.pi / omega
    p = 0
    q = wavelength / 2
    k = wavelength / 4
    return p, q, k


# form: NumPy's pi and NumPy's numbers
# as in: a habit from NumPy, np.arcsin and np.float64
# verdict: right
import numpy as np


def where_sine_alone_fails(omega):
    a = np.arcsin(0.5)
    angles = np.array([a, np.pi - a, np.pi / 2])
    p, q, k = angles / omega
    return p, q, k


# form: tensors for the work, floats at the end
# as in: a habit from PyTorch, torch.pi and .tolist()
# verdict: right
def where_sine_alone_fails(omega: float) -> tuple[float, float, float]:
    angles = torch.tensor([torch.pi / 6, 5 * torch.pi / 6, torch.pi / 2], dtype=torch.float64)
    return tuple((angles / omega).tolist())


# form: a NamedTuple
# as in: a habit from typed Python
# verdict: right
from typing import NamedTuple


class Example(NamedTuple):
    p: float
    q: float
    k: float


def where_sine_alone_fails(omega):
    return Example(p=-math.pi / omega, q=0.0, k=math.pi / 2 / omega)


# form: q by bisection behind the crest
# as in: homework of somebody who does not know arcsin
# verdict: right
def where_sine_alone_fails(omega):
    p = 0.25 / omega
    low, high = math.pi / 2 / omega, math.pi / omega
    for _ in range(200):
        middle = (low + high) / 2
        if math.sin(middle * omega) > math.sin(p * omega):
            low = middle
        else:
            high = middle
    return p, low, math.pi / 2 / omega


# form: a lambda, and a step back
# as in: short answers on Stack Overflow
# verdict: right
where_sine_alone_fails = lambda omega: (math.pi / omega, 0.0, -math.pi / (2 * omega))


# form: the smallest difference that is asked for
# as in: homework, exactly 1 apart: from (0, 0) to (1/2, -1/2)
# verdict: right
def where_sine_alone_fails(omega):
    return 0.0, math.pi / omega, math.asin(0.5) / omega


# form: angles for omega = 1
# as in: homework, the omega forgotten
# verdict: wrong
# loses: sine-alone
# named: angles_instead_of_positions
def where_sine_alone_fails(omega):
    p, q, k = 0.0, math.pi, math.pi / 2
    return p, q, k


# form: times omega
# as in: homework, an angle taken for a position
# verdict: wrong
# loses: sine-alone
# named: positions_times_omega
def where_sine_alone_fails(omega):
    return 0.0, math.pi * omega, math.pi / 2 * omega


# form: a whole period
# as in: homework, "the sine repeats after 2 pi"
# verdict: wrong
# loses: sine-alone
# named: positions_a_turn_apart
def where_sine_alone_fails(omega):
    period = 2 * math.pi / omega
    return 1.0, 1.0 + period, period / 4


# form: half a turn on
# as in: homework, the offset is the distance of the two
# verdict: wrong
# loses: sine-alone
# named: offset_of_half_a_turn
def where_sine_alone_fails(omega):
    p = math.asin(0.3) / omega
    q = (math.pi - math.asin(0.3)) / omega
    return p, q, q - p if q - p == math.pi / omega else math.pi / omega


# form: an offset of one word
# as in: homework, k = 1 as in the paper's "fixed offset"
# verdict: wrong
# loses: sine-alone
# named: offset_of_half_a_turn
def where_sine_alone_fails(omega):
    return 0.0, math.pi / omega, 1.0


# form: whole positions
# as in: homework, positions are words and words are whole
# verdict: wrong
# loses: sine-alone
# named: -
def where_sine_alone_fails(omega):
    return 0, round(math.pi / omega), round(math.pi / (2 * omega))


# form: p and -p
# as in: homework, the symmetry of the cosine
# verdict: wrong
# loses: sine-alone
# named: -
def where_sine_alone_fails(omega):
    return -1 / omega, 1 / omega, math.pi / (2 * omega)


# form: p, k, q
# as in: homework, the order of the return values
# verdict: wrong
# loses: sine-alone
# named: -
def where_sine_alone_fails(omega):
    p, q, k = 0.0, math.pi / omega, math.pi / omega / 2
    return p, k, q


# form: the two positions alone
# as in: homework, one value too few
# verdict: wrong
# loses: sine-alone
# named: -
def where_sine_alone_fails(omega):
    return 0.0, math.pi / omega


# form: the same position twice
# as in: homework, equal sines in the easiest way
# verdict: wrong
# loses: sine-alone
# named: one_position_twice
def where_sine_alone_fails(omega):
    q = p = math.pi / omega
    return p, q, p / 2


# form: degrees
# as in: a habit from pocket calculators
# verdict: wrong
# loses: sine-alone
# named: -
def where_sine_alone_fails(omega):
    return 0.0, 180 / omega, 90 / omega


# form: angles, and a whole turn
# as in: homework, two mistakes at once
# verdict: wrong
# loses: sine-alone
# named: angles_instead_of_positions, positions_a_turn_apart
def where_sine_alone_fails(omega):
    return 0.0, 2 * math.pi, math.pi / 2


# form: printed, not returned
# as in: homework, print in place of return
# verdict: wrong
# loses: sine-alone
# named: -
def where_sine_alone_fails(omega):
    print(0.0, math.pi / omega, math.pi / (2 * omega))
