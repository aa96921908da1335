"""Compiles C# with Roslyn, hosted in this process by pythonnet: compiler.py RUNTIME_CONFIG DOTNET_ROOT ROSLYN

Reads {"framework": folder, "assemblies": [...]} as JSON from standard input (see `toolchain.Assembly`) and prints the
diagnostics of each output that has any. Hidden diagnostics, which an editor would not show either, are left out.
"""

import json
import sys
from pathlib import Path
from typing import Any

import clr_loader
import pythonnet

# What <ImplicitUsings>enable</ImplicitUsings> adds to a project.
IMPLICIT_USINGS = "".join(
    f"global using global::System{name};\n"
    for name in ("", ".Collections.Generic", ".IO", ".Linq", ".Net.Http", ".Threading", ".Threading.Tasks")
)


def load_roslyn(runtime_config: str, root: str, roslyn: str) -> None:
    pythonnet.set_runtime(clr_loader.get_coreclr(runtime_config=runtime_config, dotnet_root=root))
    import clr

    for name in ("Microsoft.CodeAnalysis", "Microsoft.CodeAnalysis.CSharp"):
        clr.AddReference(f"{roslyn}/{name}.dll")
    clr.AddReference("System.Collections")


def compile_one(assembly: dict[str, Any], framework: list[Any]) -> list[str]:
    """Write the assembly and, if asked, its XML documentation. Returns the diagnostics."""
    from Microsoft.CodeAnalysis import (
        DiagnosticSeverity,
        DocumentationMode,
        MetadataReference,
        NullableContextOptions,
        OutputKind,
        SyntaxTree,
    )
    from Microsoft.CodeAnalysis.CSharp import (
        CSharpCompilation,
        CSharpCompilationOptions,
        CSharpParseOptions,
        CSharpSyntaxTree,
        LanguageVersion,
    )
    from System.Collections.Generic import List
    from System.IO import File
    from System.Text import Encoding

    output = Path(assembly["output"])
    # Without documentation, comments are not checked: examples and tests need none.
    mode = DocumentationMode.Diagnose if assembly["documentation"] else DocumentationMode.Parse
    options = CSharpParseOptions(LanguageVersion.CSharp12, mode)
    trees = List[SyntaxTree]()
    trees.Add(CSharpSyntaxTree.ParseText(IMPLICIT_USINGS, options, "ImplicitUsings.cs", Encoding.UTF8))
    for source in assembly["sources"]:
        text = Path(source).read_text(encoding="utf-8")
        trees.Add(CSharpSyntaxTree.ParseText(text, options, source, Encoding.UTF8))
    references = List[MetadataReference]()
    for reference in framework:
        references.Add(reference)
    for path in assembly["references"]:
        references.Add(MetadataReference.CreateFromFile(path))
    kind = OutputKind.ConsoleApplication if assembly["executable"] else OutputKind.DynamicallyLinkedLibrary
    compilation = CSharpCompilation.Create(
        output.stem,
        trees,
        references,
        CSharpCompilationOptions(kind)
        .WithNullableContextOptions(NullableContextOptions.Enable)
        .WithDeterministic(True)
        .WithWarningLevel(8),  # of .NET 8's SDK
    )
    dll = File.Create(str(output))
    xml = File.Create(str(output.with_suffix(".xml"))) if assembly["documentation"] else None
    try:
        result = compilation.Emit(dll, None, xml)
    finally:
        dll.Dispose()
        if xml is not None:
            xml.Dispose()
    return [str(each) for each in result.Diagnostics if each.Severity != DiagnosticSeverity.Hidden]


def main() -> None:
    load_roslyn(*sys.argv[1:4])
    from Microsoft.CodeAnalysis import MetadataReference
    from System.Reflection import AssemblyName

    request = json.load(sys.stdin)
    framework = []
    for path in sorted(Path(request["framework"]).glob("*.dll")):
        try:
            AssemblyName.GetAssemblyName(str(path))
        except Exception as error:  # a native library, which has no assembly name
            if type(error).__name__ != "BadImageFormatException":
                raise
            continue
        framework.append(MetadataReference.CreateFromFile(str(path)))
    diagnostics = {each["output"]: compile_one(each, framework) for each in request["assemblies"]}
    json.dump({output: found for output, found in diagnostics.items() if found}, sys.stdout)


main()
