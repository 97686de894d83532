"""A scikit-learn forest, small: each leaf names a row of a table of distributions.

skl2onnx writes one weight for each class and leaf, some 300 bytes a node. Here the operator
``ai.onnx.ml.TreeEnsemble`` (opset 5) writes one number for each tree, that of the leaf reached,
and the graph looks the distribution up (:mod:`export.converter`). Few distributions differ once
leaves are compacted, so a node takes about 13 bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import numpy_helper

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.ensemble import RandomForestClassifier

#: The most classes that a leaf votes for, and the number of votes it has.
CLASSES_A_LEAF, VOTES = 2, 8

_LEQ = 0  # nodes_modes: true where pixel <= threshold
_SUM = 1  # aggregate_function, also where only one leaf adds to an output


def compact_leaves(forest: RandomForestClassifier) -> None:
    """Round the distribution of each leaf in place: ``VOTES`` votes on ``CLASSES_A_LEAF`` classes.

    Sums of eighths are exact, so that ONNX and scikit-learn agree in every digit that counts.
    """
    for estimator in forest.estimators_:
        tree = estimator.tree_
        leaves = np.flatnonzero(tree.children_left < 0)
        tree.value[leaves, 0] = votes(tree.value[leaves, 0]) / VOTES


def votes(shares: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Turn each row of ``shares`` (N, C), which sum to 1, into ``VOTES`` whole votes: (N, C) uint8.

    The most frequent ``CLASSES_A_LEAF`` classes get votes by the largest remainder (Hamilton's
    method), the first of equals first.
    """
    order = np.argsort(-shares, axis=1, kind="stable")[:, :CLASSES_A_LEAF]
    most = np.take_along_axis(shares, order, axis=1)
    exact = VOTES * most / most.sum(axis=1, keepdims=True)
    whole = np.floor(exact + 1e-9)
    rank = np.argsort(np.argsort(whole - exact, axis=1, kind="stable"), axis=1)
    whole += rank < (VOTES - whole.sum(axis=1, keepdims=True))
    cast = np.zeros(shares.shape, np.uint8)
    np.put_along_axis(cast, order, whole.astype(np.uint8), axis=1)
    return cast


def ensemble(forest: RandomForestClassifier) -> tuple[dict[str, Any], NDArray[np.uint8]]:
    """Return the attributes of ``TreeEnsemble`` for ``forest``, its leaves compacted, and a table.

    The table (K, C) uint8 has the votes, and leaves name its rows.
    """
    inner = [np.flatnonzero(e.tree_.children_left >= 0) for e in forest.estimators_]
    outer = [np.flatnonzero(e.tree_.children_left < 0) for e in forest.estimators_]
    leaf_votes = [
        votes(e.tree_.value[leaves, 0]) for e, leaves in zip(forest.estimators_, outer, strict=True)
    ]
    table, rows = np.unique(np.concatenate(leaf_votes), axis=0, return_inverse=True)
    features, thresholds, roots = [], [], []
    links: dict[str, list[NDArray[np.int64]]] = {
        name: [] for name in ("true_to", "true_leaf", "false_to", "false_leaf")
    }
    node_base = leaf_base = 0
    for estimator, nodes, leaves in zip(forest.estimators_, inner, outer, strict=True):
        tree = estimator.tree_
        number = np.empty(tree.node_count, np.int64)  # among the nodes, or among the leaves
        number[nodes] = node_base + np.arange(len(nodes))
        number[leaves] = leaf_base + np.arange(len(leaves))
        for side, children in (("true", tree.children_left), ("false", tree.children_right)):
            links[f"{side}_to"].append(number[children[nodes]])
            links[f"{side}_leaf"].append((children[children[nodes]] < 0).astype(np.int64))
        features.append(tree.feature[nodes])
        thresholds.append(np.floor(tree.threshold[nodes]).astype(np.float32))
        roots.append(node_base)
        node_base, leaf_base = node_base + len(nodes), leaf_base + len(leaves)
    trees = [np.full(len(leaves), index) for index, leaves in enumerate(outer)]
    return {
        "n_targets": len(roots),
        "aggregate_function": _SUM,
        "post_transform": 0,
        "tree_roots": roots,
        "nodes_featureids": np.concatenate(features),
        "nodes_splits": numpy_helper.from_array(np.concatenate(thresholds), "splits"),
        "nodes_modes": numpy_helper.from_array(np.full(node_base, _LEQ, np.uint8), "modes"),
        "nodes_truenodeids": np.concatenate(links["true_to"]),
        "nodes_trueleafs": np.concatenate(links["true_leaf"]),
        "nodes_falsenodeids": np.concatenate(links["false_to"]),
        "nodes_falseleafs": np.concatenate(links["false_leaf"]),
        "leaf_targetids": np.concatenate(trees),
        "leaf_weights": numpy_helper.from_array(rows.ravel().astype(np.float32), "rows"),
    }, table
