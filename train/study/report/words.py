"""The words of the study's page, and the figures of the report that stand on it."""

#: Precision, recall and F1 that the report gives, by its models; of the forest it gives one figure.
REPORT_SCORES = {
    "random forest": ("-", "0.81", "-"),
    "CNN, 1 layer": ("0.83", "0.81", "0.81"),
    "CNN, 2 layers": ("0.83", "0.81", "0.81"),
    "CNN, 3 layers": ("0.90", "0.88", "0.88"),
    "CNN, 4 layers": ("0.90", "0.89", "0.89"),
}

INTRO = """\
How well networks of one to four convolutions, a network of one hidden layer and a random forest
read the 47 classes of EMNIST ByMerge, what regularization and depth are worth, and what noise does
to each. The study that this project reproduces reported the same comparison, on other images; its
figures stand beside ours. Written by `python -m train.study`: every figure comes from
[{figures}]({folder}/{figures}), or from the sidecars of the models that ship.
"""

ELEMENTS = """\
{reached} of {rows} rows are reached; each of the others says why it is not. Figures of models are
macro precision, recall and F1, of which the last decides; where the report gives one figure, our F1
is compared with it. `-`: there is none, or none that is known here.
"""

EQUAL = "equally many images of each class to learn from, {of_class:g} of each in a test"
AS_WRITTEN = "ByMerge as people write, official test images"
FEWER = "of the rarest class there are some 450 images here, of 2,400 there"
REPORTS_RECIPE = "4 dropouts, valid, batch 32, 0.001 constant, 20 epochs"
OWN_RECIPE = "{dropouts} dropouts, {padding}, batch {batch}, {rate} {course}, {epochs} epochs"

SAMPLES = """\
All characters shown on this page are drawn: strokes that the project has of its own, by four hands,
brought to 28x28 grey levels as EMNIST's images were. No image of EMNIST is shown. The 47 classes,
of which 15 hold a capital and its small letter:
"""

VARIED = """\
What networks that learn from varied images are shown: each time another turn, slant, size, place,
bend and pen. The noise of the training is that of the networks here (0.1 of scaled pixels) and that
of the report (0.1 of full scale, 0.3 of scaled pixels):
"""

ALTERED = """\
All {kinds} kinds of alteration that `emnist_edge.corruptions` has, from mild to harsh; the study
asks its models about six of them, the benchmark the models that ship about all:
"""

MODELS = """\
Each network of the study has a convolution of 3x3 for each of its layers, with {filters} filters;
the first three are followed by 2x2 max pooling, and the last by a dense layer of 128 units. These
are fewer filters than those of the network that ships (`cnn-int8`), so that all train on two CPU
cores. *Plain* is without regularization; the others have dropout 0.3, Gaussian noise 0.1 on the
input and batch normalization. Adam, with a learning rate that starts at {rate:g} and falls to zero
along a half cosine. Batches are larger than 32 images, to save time; one row shows what 32 would
give. The images are not varied, except for `cnn-int8` (augmented). A tenth of the training images
is held back; the epoch that does best on these is kept. The test images were looked at once, by
that epoch. Weighted scores count each class by its images (weighted recall is the accuracy), macro
scores count all classes the same.
"""

COLUMNS = """\
Images: for training / for the test. Epoch: the one that did best on validation images. Seconds an
epoch are those of the machine, and of what else ran on it. CPU s: seconds of all processors that
all epochs took, by which energy goes. The models that ship (`forest-edge`, `mlp-int8`, `cnn-int8`)
were measured as files, as the device runs them; the full forest was measured, and not kept.
"""

CHANCE = """\
An accuracy on {images:,} images is known to about {half:.2f} percentage points either way (Wilson's
95 % interval); another seed would move it too.
"""

STALE = """\
Measured before what is measured became what it is today; all else on this page is of today's:
"""

DEVIATIONS = """\
*What ours is worth*: percentage points that it has more than the report's way, all else as here.
"""

NOT_MEASURED = "not measured"

#: Deviations that no recipe states.
OTHER_IMAGES = (
    ("images", "by their numbers, of Balanced", "ByMerge, as people write", NOT_MEASURED),
    ("measured on", "22,560 training images held back", "the official test images", NOT_MEASURED),
)

RECIPES = """\
As each was recorded when it was trained. *Held back*: the share of the training images that epochs
are chosen on. `CosineDecay`: the learning rate falls to zero along a half cosine.
"""

REPORTED = """\
Ours are the networks with regularization and the full forest of the table above, on the test
images. The report validates on 22,560 images with equally many of each class, so that its averages
compare with our macro columns rather than with the weighted ones; ByMerge's classes are far from
even, and rare ones are read worse. Of its forest the report gives one figure, with which our F1 is
compared.
"""

PROTOCOL = """\
The report learns from 1,920 images of each class of EMNIST Balanced and validates on 480. Here all
models learn from as many of each class, drawn from ByMerge's training images for each epoch anew
(the rarest class has some 450 to draw from), and are asked once about the official test images. Of
their answers, {of_class:g} of each class are drawn with replacement, {draws:g} times, as many as
the test set of Balanced has: scores are the means of the draws, and 95 % of the draws' F1 lie
between the limits. *As in the report*: the filters of the four-layer network that ships, no
padding, hence no third pooling, noise 0.1 of full scale, a dropout of 0.3 for each layer, batches
of 32, a learning rate of 0.001 throughout, 20 epochs. *Our way*: the same filters, and all else as
in the other networks of this page, with varied images; of a forest, that of the one which ships:
entropy, 64 pixels to choose from at a node instead of 28, and all images for each tree. Of the
forest the report gives one figure.
"""

AS_THE_REPORT = "as in the report"
OUR_WAY = "our way"

ALL_REACHED = "Each is at least as good as the report's."

BALANCED_FORESTS = """\
Forests have {trees:g} trees of depth {depth:g} at most, of which none is deeper than {deepest:g}.
"""

COMPARED = """\
McNemar's test in its exact form, on the test images that only one of two models reads right, with
Holm's correction for {pairs}, chosen before anything was measured. *Differ*: with
the correction, a difference as large between equally good models is rarer than {level:g}.
"""

ALONE = """\
Four layers without regularization, with one thing added at a time, and with noise 0.1, dropout and
batch normalization together (`cnn-4`). `cnn-4-augmented` learns from varied images. Accuracy and F1
are of the test images; the rest, accuracy on altered ones, is explained under *Noise*.
"""

RECIPES_OF_BOTH = """\
Recipes for a network that is both accurate and robust. `louder` has noise 0.3, a tenth of full
scale; `unnormalized` is without batch normalization; `standardized` scales each image by its own
mean and deviation; `by-image` normalizes within each image (of groups of channels), so that nothing
depends on the statistics of the training. The last three learn from varied images.
"""

BEST_OF_BOTH = """\
Of those at least as accurate as `{whole}`, `{best}` is the most robust: accuracy {test:.4f}, mean
of all alterations {altered:.3f}.
"""

NONE_OF_BOTH = "None of these is as accurate as `{whole}`."

SWEPT = """\
Four layers with nothing but Gaussian noise on the input in training, by its standard deviation. It
is added to scaled pixels, of which 1 is 84.7 grey levels: 0.1 is 8.5 of them, and the mildest noise
under *Noise* is 16.
"""

SEEDS = """\
The same images are held back for each seed; weights, order and noise are others. Mean and standard
deviation.
"""

FOREST_CURVES = """\
Trees grown on training images, by the depth that they may have ({trees} trees), and by how many
they are (depth {depth}; none is deeper than {deepest}). *Out of bag*: each training image by the
trees that were not grown on it, which needs no image held back.
"""

ADAPTED = """\
Batch normalization subtracts means and divides by deviations that were measured in training.
Altered images have others: where these take their place (Schneider et al. 2020), all weights as
they were, the same networks have:
"""

MISSING = """\
Of this study, these parts have not run yet (`python -m train.study --resume` runs them): {parts}.
"""

CLASSES = """\
What fraction of the test images of each class the models that ship read right, worst first by the
four-layer network.
"""

EPOCHS_OF_HIDDEN = """\
All epochs of the same comparison, run by the study: no test image was looked at.
"""

ACTIVATIONS = """\
Networks of one hidden layer of {units} units, each with another activation, and softmax regression
without a hidden layer (`linear`): the same {epochs} epochs of the same batches for each, and the
scores of the epoch that did best on validation images. `{activation}` did best, and became
`mlp-int8`.
"""

GROWN = """\
The first rows compare criteria and the depth that trees may have; *deepest* is what they reached.
`{name}` splits nodes of {split} images or more, each by the best of {features} pixels, and so on:
forests for a device, of as many trees as fit {nodes:,} nodes.
"""

CHOSEN = """\
On validation accuracy, {criterion} was the better criterion at depth {most}, {depth} the best
depth, and `{chosen}` the best forest for a device; with rounded leaves it is `forest-edge`.
"""

FOLDS = """\
Stratified folds of all training images; each model is trained on the other folds and measured on
the one left out, with no choice of an epoch. `forest` has fewer trees here ({trees}). `cnn` is the
four-layer network that ships, with its own recipe.
"""

NOISE = """\
Accuracy on the first {images:,} test images, altered before the model sees them. The device would
centre and stretch a character first, which undoes much of a shift or a loss of contrast: the table
is about the models alone.
"""

NAMES = """\
Mean over five strengths of each kind. `cnn-3-plain` is the network of three layers without
regularization, and so on.
"""

FALLS = (
    " With regularization (batch normalization, dropout and noise together), {less} of {networks} "
    "networks are less robust than without: {changes}."
)

MISTAKES = """\
`{model}`, the four-layer network that ships, mistakes {wrong:,} of {images:,} test images. {pairs}
pairs of characters account for {of_pairs:.0%} of the mistakes:
"""

INSIDE = """\
What the convolutions of `{model}` make of a drawn {char}, as its file computes them: one row for
each layer, after ReLU and pooling, the maps that vary most, brighter where a filter answers more.
The first layers answer to edges, the last ones to parts.
"""
