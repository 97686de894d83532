"""What the report says around its tables."""

INTRODUCTION = """\
Written by `emnist-edge benchmark`; all figures are in [results.json](results.json)."""

QUICK = """\
**A quick run, for a first look: figures are of few images, and times of few runs.**"""

SUMMARY = """\
mCE: mean corruption error in percent of the reference's; less is better. Times are medians: of
one thread and one character at a time, and of all threads and 64 characters, for each of them.
Memory is the most that a fresh process held."""

ACCURACY = """\
On {images:,} of EMNIST ByMerge's test images, with Wilson's intervals; merged counts characters
of one shape ({groups}) as one class."""

CALIBRATION = """\
What confidence is worth: expected calibration error over 15 bins, negative log-likelihood, area
under risk over coverage, and the errors left among the 95 % and 90 % that a model is surest of:"""

PAIRS = """\
Quantization: points of accuracy that int8 loses, with a paired interval (below zero it gains);
how often both give the same class; images that only one of them gets right, and the p-value of
McNemar's exact test:"""

CONFUSED = "Mistaken most often, either way:"

NOISE = """\
{images:,} of the test images, chosen by the seed, under {kinds} kinds of corruption in five
strengths (`emnist_edge.corruptions`): the same bytes for every model. Errors are the mean of
five strengths."""

#: After the name of a kind of corruption that means over kinds are not of.
NEW = " (new)"
NEW_KINDS = """\
New: {kinds}, under which the same images were altered as well. Means over kinds, here and below,
were published before, and stay those of the others."""

CORRUPTION_ERROR = """\
Mean corruption error (Hendrycks and Dietterich 2019) in percent of `{reference}`'s, with an
interval over images; relative: what corruption adds to the error on clean images, in percent of
what it adds to `{reference}`'s. Kinds that come near to what a model's training images were
varied by are seen ones:"""

PAIRS_UNDER_CORRUPTION = """\
Quantization under corruption: points of accuracy that int8 loses, mean of five strengths, with
a paired interval over images:"""

HASHES = """\
The corrupted images by the beginning of their SHA-256, at strengths 1 to 5; clean: `{clean}`."""

PAGES = """\
Drawn pages of 640x480 pixels, {pages} with {characters} characters, photographed ever worse and
read from the beginning, since what a camera does strikes before characters are found. Character
error rate, case and spaces left out:"""

LATENCY = """\
Milliseconds, by the rules of LiteRT's `benchmark_model` and of MLPerf Tiny: in fresh processes,
models in turns, the median of all repeats. Spread: from the least to the largest of the
repeats' medians."""

STAGES = "A drawn camera frame of 640x480 pixels, read with `{model}`:"
