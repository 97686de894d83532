"""What the model card says beside its figures: a template for each section."""

HEAD = """# Model card

Written by `python -m export.cnn`, `export.tier`, `export.mlp`, `export.forest` and `export.page`
from the sidecars in `emnist_edge/models/`, and again by `python -m export.card`.

All models but the page network classify one character, cut out and scaled by `emnist_edge.glyph` to
a 28x28 picture. `{default}` is what `emnist-edge classify` uses; the others are there to compare,
with `--model`.

Classes, in the order of the outputs: `{alphabet}`.
The lower-case letters c i j k l m o p s u v w x y z are of one class with their capitals, as in
EMNIST ByMerge; only the height and the place on the line tell them apart.{further}

Users of single cells get an equal prior: `Reader.read_character`, and any picture that is said to
hold one character, takes all classes to be equally common, not as common as in ByMerge, where half
of the characters are digits. Who knows that a cell holds a digit says so by the charset.

## Scores

Official ByMerge test images, after everything was chosen on validation images; how often they were
looked at stands below. The interval is Wilson's, at 95 %. *Merged* counts shapes that only context
can tell apart ({confusable}) as one class. Macro means average the classes, and macro recall is
what compares with accuracy on EMNIST Balanced; weighted means count each class by its images.

{scores}

{averages}
{recall}{written}{calibration}{looks}
## From training to the device

Measured on validation images, by the runtime that the package ships, against the probabilities of
the trained model. The temperature divides the logits (of a forest: the logarithms of its
probabilities), and was fitted to the validation images after conversion.

{parity}
"""

#: Of models with more classes than letters and digits.
FURTHER = (
    "{models}: after these, a class for each of `{symbols}`{nothing}. On EMNIST's images it is "
    "known that they are letters and digits: all figures of these are of those classes alone, "
    "renormalized."
)

RECALL = """
Which fraction of each character is read right. The weakest of each model on the test images, and
of the glyphs drawn of strokes (below) at equal class frequencies, where any class may be said:

{weakest}

{table}
"""

WRITTEN = """
Glyphs drawn of strokes that the models did not learn from, by writers of UNIPEN whom they did not
learn from either, at equal class frequencies. *Any* of the 47 classes; *kind known*: letters among
letters and digits among digits, case ignored; *symbols* and *all classes* are macro recalls, any
class may be said; *refused*: of what is no character, where 99 % of the characters are kept.

{table}
"""

#: Of what is made of UNIPEN.
UNIPEN = """- Writers: strokes of UNIPEN train_r01_v07 (Guyon et al. 1994, UNIPEN project of on-line
  data exchange and recognizer benchmarks; doi 10.5281/zenodo.1195803), licensed under CC BY 4.0,
  cleaned, and drawn with pens{parts}. SHA-256 of the packed file:
{hashes}
"""

NETWORKS = """Quantization ranges were set on training images only, validation images left out. In
the int8 file weights, activations, input and output are 8-bit integers; the float32 file is the
same network before quantization, for comparison."""

CALIBRATION = """
How much the probabilities are worth, on the same images. *Balanced* is the macro recall where all
classes are taken to be equally common: probabilities are divided by the shares that the classes are
taken to have, which favours rare classes at the cost of accuracy on this set. *ECE* is the expected
calibration error over 15 bins, *NLL* the mean negative log-likelihood, *AURC* the mean error over
all shares of the images that may be kept, the surest first; beside it, the errors among the 95 %
and 90 % that are surest.

{table}
"""

#: Columns of the table of looks.
LOOKS_AT = (
    "network", "to be exported", "benchmark", "study", "in all", "altered, benchmark",
    "altered, study",
)  # fmt: skip
OF_THE_STUDY = "{count:,} of the study"
LOOKED_AT = """
How often these test images were looked at: once for each network, with all files it has. *To be
exported*: all networks of the kind that were measured for the card so far, those of earlier exports
and of other seeds counted, the one that ships and the full forest among them. *Benchmark* and
*study*: looks for what they published ([benchmark](benchmarks/results/report.md),
[study](benchmarks/study.md), all its networks and forests, and those that were trained before the
present ones). *Altered*: networks that were asked about altered copies of 10,000 of the images. Not
counted are programs under `evaluate/` that compare two versions of one network on these images, or
draw pages of them.

{table}
"""

#: Of a tier that looks twice.
LOOKS = """ It looks at the picture twice, turned by {degrees:g} degrees to
either side, and averages these means; while it was trained, it looked once."""

TIER = """## {title}

{count} convolutions, the first of 5x5 with a stride of 2, each with batch normalization and ReLU;
their mean over the picture goes to {classes} classes.{looks} {weights:,} bytes of weights and
biases in int8, of {most:,} that the tier may have; {macs:,} multiplications an image. {networks}

{training}
- Architecture: {net}.
- Recipe: {recipe}.
- Augmentation: {augmentation}.
- Corruptions that it comes near to, and that no benchmark may call unseen: {seen}.
- {taught}.
- Best epoch on validation: {best_epoch}. After it, one factor and a bias for each class were fitted
  on the validation images, weighed so that digits have the share that they have in ByMerge (402,953
  of 814,255): they are part of the last layer.{seeds}
"""

CNN = """## CNN

The four-layer convolutional network of the EMNIST study this project implements: three blocks of
convolution, batch normalization and max pooling, a fourth convolution, a dense layer of 128 units
and {classes} classes. {networks}

{training}
- Recipe: {recipe}.
- Augmentation, each drawn evenly from plus or minus: {augmentation}.
- Best epoch on validation: {best_epoch}.
"""

MLP = """## MLP

784 pixels, one hidden layer of {units} units, {classes} classes. {networks}

{training}
- Recipe, the same for each network: {recipe}.
- Activations, and softmax regression without a hidden layer (*linear*), each at its best epoch on
  validation; `{activation}` did best there and is what was exported.

{comparison}
"""

FOREST = """## Random forest

{trees} trees of {nodes:,} nodes in all, on raw pixels 0..255 (Breiman 2001). Each leaf is rounded
to {votes} votes on {most_classes} classes, which cost {leaf_drop:.2f} points of accuracy on
validation images; the ONNX file says what scikit-learn says of the rounded forest. Its input is
uint8, its output one tensor of probabilities.

{training}
- Recipe: {recipe}.

Gini against entropy, {sweep_trees} trees:

{criteria}

How deep trees may grow, {sweep_trees} trees, {criterion}:

{depths}

Edge forests of as many trees as fit, grown without bootstrap; the one with the best validation
accuracy was exported:

{edges}

The full forest of the study, {full_trees} trees of depth {full_depth}, has {full_nodes:,} nodes, is
too large for the device and is not part of the package. Trained in {full_seconds:.0f} s, it has a
test accuracy of {full_accuracy}, macro recall {full_recall}, macro F1 {full_f1}.
"""

PAGE = """## Page network

`page-int8` reads no characters but finds them: a fully convolutional network that sees the contrast
of a whole page at the scale of its writing and says of each pixel whether it is ink, where the
middles of characters are, and to which of them the ink belongs. All models read what it finds.

- {parameters:,} weights, {bytes:,} bytes.
- Data: {training:,} crops of {pages:,} pages that the project draws itself, most of them in the
  shapes of EMNIST's training images, the others in strokes of its own, with much beside them that
  is no character; {validation:,} crops of other pages for validation, in the shapes of images held
  back from all training.{texts}
- Recipe: {recipe}.{others}{before}
- Trained with {trained_by}.
- F1 on the validation crops, by the exported file: pixels of ink {ink}, middles {middle}.
"""

#: Of the pages of a page network that are texts of UNIPEN.
TEXTS = """ Among the crops are those of {texts:,} further pages: texts of
  UNIPEN's writers (train_r01_v07, CC BY 4.0, see above) drawn with pens, one writer in eight held
  back for validation. There, punctuation counts as characters."""

TAIL = """## Weaknesses

- One character at a time: shapes such as 0/O or 1/I/L are told apart by context or not at all.
- EMNIST was written by Americans of the 1990s. Models that learned from it alone read a 7 with a
  bar, a 1 with a long flag or a G in another style less well than the scores say; those that
  learned from UNIPEN as well (above) know more of them, by no means all.
- No accents. A model without classes for symbols takes every shape for one of the {classes} letters
  and digits. On pages, one that has them misses some dots, commas and hyphens.
- Not meant for cursive writing, nor for decisions about people.

Licence: Apache-2.0. EMNIST is derived from NIST Special Database 19, a work of the United States
government.
"""
