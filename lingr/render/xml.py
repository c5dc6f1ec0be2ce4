"""Tree to XML.

UTF-8, with a declaration, and nothing between elements: one client of 2007 walks all child nodes of a
list and trips over white space.
"""

from __future__ import annotations

from lxml import etree

from lingr.render.tree import Hollow, Items, Node, Once, Tree

CONTENT_TYPE = "application/xml; charset=utf-8"

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'


def write(tree: Tree) -> bytes:
    """The tree as a document whose root is ``response``.

    Raises ValueError for text with characters that XML 1.0 cannot hold; `lingr.text.clean` removes them.
    """
    root = etree.Element("response")
    _fill(root, tree)
    # lxml's own declaration has single quotes and a line feed after it.
    return _DECLARATION + etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def _fill(element: etree._Element, node: Node) -> None:
    if isinstance(node, str):
        element.text = node or None
    elif isinstance(node, dict):
        for name, child in node.items():
            _fill(etree.SubElement(element, name), child)
        if isinstance(node, Hollow):
            for name in node.empty:
                etree.SubElement(element, name)
    elif isinstance(node, Items):
        for child in node:
            _fill(etree.SubElement(element, node.item), child)
    elif isinstance(node, Once):
        _fill(element, node.make())
    elif isinstance(node, bool):
        element.text = "true" if node else "false"
    else:
        element.text = str(node)
