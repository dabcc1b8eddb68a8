"""The eight languages: their grammars, and which nodes of a syntax tree mean what.

Grammars are tree-sitter's. They are loaded when a text of their language is first parsed,
so that importing the engine costs nothing.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Language, Query


class Grammar(NamedTuple):
    """What of a language's syntax bears on leaving bodies out. Names are types of nodes.

    Attributes:
        package: the module that holds the grammar, and what in it gives the language.
        blocks: nodes whose children stand in rows of their own: statements, members, arms.
        literals: the same for the elements of a literal, of which none need be there.
        functions: nodes with a body that a caller does not see.
        rescues: clauses that handle an error.
        raises: statements that raise one.
        constants: statements that only give a value a name.
        heads: what a file begins with: imports, packages, directives.
        comment: what begins a comment up to the end of its line.
    """

    package: tuple[str, str]
    blocks: tuple[str, ...]
    literals: tuple[str, ...]
    functions: tuple[str, ...]
    rescues: tuple[str, ...]
    raises: tuple[str, ...]
    constants: tuple[str, ...]
    heads: tuple[str, ...]
    comment: str = "//"


_JAVASCRIPT = Grammar(
    ("tree_sitter_javascript", "language"),
    blocks=(
        *("program", "statement_block", "class_body"),
        *("switch_body", "switch_case", "switch_default"),
    ),
    literals=("object", "array"),
    functions=(
        *("function_declaration", "function_expression", "arrow_function", "method_definition"),
        *("generator_function", "generator_function_declaration"),
    ),
    rescues=("catch_clause",),
    raises=("throw_statement",),
    constants=("lexical_declaration", "variable_declaration", "field_definition"),
    heads=("import_statement",),
)
_TYPESCRIPT = _JAVASCRIPT._replace(
    package=("tree_sitter_typescript", "language_typescript"),
    blocks=(*_JAVASCRIPT.blocks, "interface_body", "object_type", "enum_body"),
    constants=("lexical_declaration", "variable_declaration", "public_field_definition"),
    heads=("import_statement", "import_alias"),
)
_C = Grammar(
    ("tree_sitter_c", "language"),
    blocks=(
        *("translation_unit", "compound_statement", "declaration_list", "case_statement"),
        *("field_declaration_list", "enumerator_list"),
        *("preproc_if", "preproc_ifdef", "preproc_elif", "preproc_else"),
    ),
    literals=("initializer_list",),
    functions=("function_definition",),
    rescues=(),
    raises=("goto_statement",),
    constants=("preproc_def", "preproc_function_def", "declaration", "field_declaration"),
    heads=("preproc_include",),
)
GRAMMARS = {
    "python": Grammar(
        ("tree_sitter_python", "language"),
        blocks=("module", "block"),
        literals=("list", "dictionary", "set", "tuple"),
        functions=("function_definition",),
        rescues=("except_clause",),
        raises=("raise_statement",),
        constants=("assignment",),
        heads=("import_statement", "import_from_statement", "future_import_statement"),
        comment="#",
    ),
    "javascript": _JAVASCRIPT,
    "typescript": _TYPESCRIPT,
    "tsx": _TYPESCRIPT._replace(package=("tree_sitter_typescript", "language_tsx")),
    "go": Grammar(
        ("tree_sitter_go", "language"),
        blocks=(
            *("source_file", "statement_list", "field_declaration_list", "var_spec_list"),
            *("const_declaration", "interface_type", "expression_switch_statement"),
            *("type_switch_statement", "select_statement"),
        ),
        literals=("literal_value",),
        functions=("function_declaration", "method_declaration", "func_literal"),
        rescues=(),
        raises=(),
        constants=("const_declaration", "const_spec", "var_declaration", "var_spec"),
        heads=("import_declaration", "package_clause"),
    ),
    "rust": Grammar(
        ("tree_sitter_rust", "language"),
        blocks=(
            *("source_file", "block", "declaration_list", "match_block"),
            *("field_declaration_list", "enum_variant_list"),
        ),
        literals=("array_expression", "field_initializer_list"),
        functions=("function_item", "closure_expression"),
        rescues=(),
        raises=(),
        constants=("const_item", "static_item", "type_item"),
        heads=("use_declaration", "extern_crate_declaration", "inner_attribute_item"),
    ),
    "java": Grammar(
        ("tree_sitter_java", "language"),
        blocks=(
            *("program", "block", "constructor_body", "class_body", "interface_body", "enum_body"),
            *("enum_body_declarations", "switch_block", "switch_block_statement_group"),
            "annotation_type_body",
        ),
        literals=("array_initializer",),
        functions=(
            *("method_declaration", "constructor_declaration", "lambda_expression"),
            *("compact_constructor_declaration", "static_initializer"),
        ),
        rescues=("catch_clause",),
        raises=("throw_statement",),
        constants=("field_declaration", "constant_declaration"),
        heads=("import_declaration", "package_declaration"),
    ),
    "c": _C,
    "cpp": _C._replace(
        package=("tree_sitter_cpp", "language"),
        functions=("function_definition", "lambda_expression"),
        rescues=("catch_clause",),
        raises=("throw_statement", "goto_statement"),
        heads=("preproc_include", "using_declaration", "access_specifier"),
    ),
}
"""By name. ``tsx`` is TypeScript with elements of markup in it."""


class Loaded(NamedTuple):
    """A grammar's language, and the query that finds what bears on leaving bodies out."""

    language: Language
    query: Query


@cache
def load(name: str) -> Loaded:
    """The language ``name`` of :data:`GRAMMARS`, ready to parse with."""
    from tree_sitter import Language, Query

    grammar = GRAMMARS[name]
    module, face = grammar.package
    language = Language(getattr(import_module(module), face)())
    parts = {
        "block": (*grammar.blocks, *grammar.literals),
        "function": grammar.functions,
        "raise": (*grammar.raises, *grammar.rescues),
    }
    patterns = [
        f"[{' '.join(f'({node})' for node in nodes)}] @{part}"
        for part, nodes in parts.items()
        if nodes
    ]
    return Loaded(language, Query(language, "\n".join(patterns)))
