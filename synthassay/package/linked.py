"""A package described as linked data: RO-Crate with its provenance, and Croissant with its columns.

RO-Crate 1.1 (Soiland-Reyes et al. 2022, doi:10.3233/DS-210053) under the Process Run Crate profile;
Croissant 1.0 (Akhtar et al. 2024, doi:10.1145/3650203.3663326) with its RAI vocabulary.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from synthassay.package.card import Contents

_SYNTHASSAY = "https://pypi.org/project/synthassay/"
_CRATE = "https://w3id.org/ro/crate/1.1"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_FORMATS = {
    "csv": "text/csv",
    "json": "application/json",
    "html": "text/html",
    "yaml": "application/yaml",
    "png": "image/png",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_TYPES = {"number": "sc:Float", "integer": "sc:Integer", "date": "sc:Date"}
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def ro_crate(about: Contents, files: Mapping[str, int]) -> dict[str, Any]:
    """What ``ro-crate-metadata.json`` says: the files, and who made, tested and released them with what.

    Parameters
    ----------
    about : Contents
        Of the package.
    files : mapping of str to int
        The size of each file by its path.
    """
    described = [_file(path, size, about) for path, size in files.items()]
    data = _one_or_more([path for path in files if is_data(path)])
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": about.name,
        "description": f"{about.label} Access: {about.access}",
        "datePublished": about.packed,
        "license": {"@id": "#licence"},
        "conformsTo": {"@id": _PROFILE},
        "hasPart": [{"@id": path} for path in files],
        "mentions": [{"@id": each} for each in ("#mint", "#assay", "#decide")],
        **({key: {"@id": "#publisher"} for key in ("author", "publisher")} if about.publisher else {}),
    }
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": _CRATE},
    }
    profile = {"@id": _PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    graph = [descriptor, root, profile, *described, *_actions(about, data), *_others(about)]
    return {"@context": f"{_CRATE}/context", "@graph": graph}


def croissant(about: Contents, digests: Mapping[str, str]) -> dict[str, Any]:
    """What ``croissant.json`` says: the data files, and what stands in each column.

    Parameters
    ----------
    about : Contents
        Of the package.
    digests : mapping of str to str
        The SHA-256 of each file of data by its path.
    """
    pictures = [path for path in digests if path.endswith(".png")]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": "".join(letter if letter.isalnum() else "-" for letter in about.name),
        "description": f"{about.label} Access: {about.access}",
        "license": about.licence,
        "url": "./",
        "version": "1.0.0",
        "datePublished": about.packed,
        **({"creator": {"@type": "sc:Organization", **_publisher(about)}} if about.publisher else {}),
        "citeAs": f"{about.name}. Made with SynthAssay {about.version}, {about.packed}.",
        "rai:dataCollection": about.collection,
        "rai:dataUseCases": [about.decision.purpose or "Not stated."],
        "rai:dataLimitations": list(about.limits),
        "rai:personalSensitiveInformation": [about.label],
        "rai:dataReleaseMaintenancePlan": f"Accepted until {about.decision.until}; then it is judged again.",
        "distribution": [_picture_files()] if pictures else [_table_file(about, digests)],
        "recordSet": [_picture_records() if pictures else _table_records(about)],
    }


def is_data(path: str) -> bool:
    """Whether a file of the package holds what was released."""
    return path.startswith(("synthetic-", "coarsened-"))


def _file(path: str, size: int, about: Contents) -> dict[str, Any]:
    return {
        "@id": path,
        "@type": "File",
        "name": path,
        "description": about.label if is_data(path) else f"About the data. {about.label}",
        "encodingFormat": _FORMATS[path.rpartition(".")[2]],
        "contentSize": str(size),
    }


def _publisher(about: Contents) -> dict[str, str]:
    return {"name": about.publisher, **({"url": about.publisher_url} if about.publisher_url else {})}


def _one_or_more(names: Sequence[str]) -> dict[str, str] | list[dict[str, str]]:
    """Links to entities; RO-Crate wants a single one without a list around it."""
    linked = [{"@id": each} for each in names]
    return linked[0] if len(linked) == 1 else linked


def _actions(about: Contents, data: Any) -> list[dict[str, Any]]:
    software, decider = {"@id": _SYNTHASSAY}, {"@id": "#decider"}
    done = "http://schema.org/CompletedActionStatus"
    makers = [f"#maker-{place}" for place, _ in enumerate(about.makers)]
    agents = makers or (["#publisher"] if about.publisher else [])
    told = {"agent": _one_or_more(agents)} if agents else {}
    shared = {"actionStatus": done, "instrument": software, **told}
    return [
        {
            **shared,
            "@id": "#mint",
            "@type": "CreateAction",
            "name": f"Minted with {about.evidence.made_by}",
            "description": about.collection,
            "endTime": about.made,
            "object": {"@id": "#patients"},
            "result": data,
        },
        {
            **shared,
            "@id": "#assay",
            "@type": "AssessAction",
            "name": "Measured, attacked and held against a policy",
            "description": f"Policy {about.decision.policy}; card.html says what was found.",
            "endTime": about.made,
            "object": data,
            "result": {"@id": "card.json"},
        },
        {
            "@id": "#decide",
            "@type": "AssessAction",
            "name": f"Decided: {about.decision.verdict}",
            "description": "By a person who did not make it: declared, not verified.",
            "actionStatus": done,
            "agent": decider,
            "instrument": software,
            "endTime": about.decision.at,
            "object": data,
            "result": {"@id": "decision.json"},
        },
    ]


def _others(about: Contents) -> list[dict[str, Any]]:
    makers = [
        {"@id": f"#maker-{place}", "@type": "Person", "name": name} for place, name in enumerate(about.makers)
    ]
    return [
        {
            "@id": _SYNTHASSAY,
            "@type": "SoftwareApplication",
            "name": "SynthAssay",
            "url": _SYNTHASSAY,
            "version": about.version,
        },
        {
            "@id": "#patients",
            "@type": "CreativeWork",
            "name": "Patients' records",
            "description": "What the program learned from; not in this package.",
        },
        {"@id": "#licence", "@type": "CreativeWork", "name": "Licence", "description": about.licence},
        {"@id": "#decider", "@type": "Person", "name": about.decision.by},
        *([{"@id": "#publisher", "@type": "Organization", **_publisher(about)}] if about.publisher else []),
        *makers,
    ]


def _table_file(about: Contents, digests: Mapping[str, str]) -> dict[str, Any]:
    path = about.table
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "description": about.label,
        "contentUrl": path,
        "encodingFormat": _FORMATS["csv"],
        "sha256": digests[path],
    }


def _table_records(about: Contents) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "records",
        "name": "records",
        "description": about.label,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"records/{each['name']}",
                "name": f"records/{each['name']}",
                "description": " in ".join(part for part in (each["kind"], each["unit"]) if part),
                "dataType": _TYPES.get(each["kind"], "sc:Text"),
                "source": {
                    "fileObject": {"@id": about.table},
                    "extract": {"column": each["name"]},
                },
            }
            for each in about.columns
        ],
    }


def _picture_files() -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": "pictures",
        "name": "pictures",
        "description": "Synthetic pictures, a folder for each class.",
        "encodingFormat": _FORMATS["png"],
        "includes": "synthetic-images/*/*.png",
    }


def _picture_records() -> dict[str, Any]:
    def field(name: str, kind: str, words: str, extract: dict[str, Any]) -> dict[str, Any]:
        source = {"fileSet": {"@id": "pictures"}, **extract}
        return {
            "@type": "cr:Field",
            "@id": f"records/{name}",
            "name": f"records/{name}",
            "description": words,
            "dataType": kind,
            "source": source,
        }

    folder = {"extract": {"fileProperty": "fullpath"}, "transform": {"regex": r"synthetic-images/([^/]*)/"}}
    return {
        "@type": "cr:RecordSet",
        "@id": "records",
        "name": "records",
        "description": "Synthetic pictures with their classes.",
        "field": [
            field("image", "sc:ImageObject", "The picture.", {"extract": {"fileProperty": "content"}}),
            field("class", "sc:Text", "Its class.", folder),
        ],
    }
