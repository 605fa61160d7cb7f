"""Is the cohort ready: what its size can ever prove, which columns give patients away, what is odd."""

from typing import Any

import streamlit as st

from dashboard import pages, parts, reading, words
from dashboard.risk_charts import heat_picture, sets_picture
from synthassay.language import say
from synthassay.retelling import retell


def _show() -> None:
    st.title(say("Is the cohort ready?"))
    looks = reading.looks()
    if not looks:
        st.info(
            say("A look at who can be found says what this page shows; it takes seconds, and mints nothing.")
        )
        st.page_link(pages.RISK, label=say("Look at a cohort"))
        return
    folder = st.selectbox(say("Cohort, and when it was looked at (newest first)"), looks, format_func=_label)
    run, risk = reading.read_look(folder)
    _size(risk)
    st.header(say("Which columns single patients out"))
    parts.show_picture(sets_picture(risk), key="sets")
    if risk["maps"]:
        parts.show_picture(heat_picture(risk["maps"][0]), key="map")
    st.page_link(
        pages.RISK, label=say("See all of it, and what would mend it"), query_params={"run": folder.name}
    )
    _oddities(run.cohort.get("findings", ()))


def _label(folder: Any) -> str:
    return say("{cohort} · {look}", cohort=reading.cohort_of(folder), look=reading.look_label(folder))


def _size(risk: dict[str, Any]) -> None:
    st.header(say("What this size can prove"))
    prospects = risk["prospects"]
    if not prospects:
        st.info(
            say("This look was made by an older version; repeat it to read what the cohort's size can prove.")
        )
        return
    split, crossed = ([each for each in prospects if each["cross_fitted"] is way] for way in (False, True))
    st.write(words.escaped(_sensible(split, crossed, persons=risk["persons"])))
    parts.table(
        [
            {
                "policy": half["policy"],
                "half of the patients set aside": _can(half),
                "cross-fitted": _can(both),
                "what stands in the way": " ".join(_obstacles(both)) or words.NONE,
            }
            for half, both in zip(split, crossed, strict=True)
        ]
    )
    with st.expander(say("The best that could be shown, criterion by criterion")):
        parts.table(
            [
                {
                    "policy": each["policy"],
                    "criterion": retell(line["title"]),
                    "at best": retell(line["sentence"]),
                }
                for each in split
                for line in each["lines"]
            ]
        )


def _sensible(split: list[dict[str, Any]], crossed: list[dict[str, Any]], *, persons: int) -> str:
    if any(each["possible"] for each in split):
        return say("With {n} patients, synthesis can be judged: some policy can be met.", n=persons)
    if any(each["possible"] for each in crossed):
        return say(
            "With {n} patients, a policy can only be met cross-fitted: write `split: {{folds: 2}}` in the "
            "config.",
            n=persons,
        )
    return say(
        "With {n} patients no policy can be met, whatever is minted: at this size nobody can tell a leak "
        "from chance. Share aggregates instead, or pool patients with another house.",
        n=persons,
    )


def _can(prospect: dict[str, Any]) -> str:
    return say("✓ can be met") if prospect["possible"] else say("✕ cannot be met")


def _obstacles(prospect: dict[str, Any]) -> list[str]:
    return [
        say(
            "{title}: needs {n} patients.",
            title=retell(line["title"]),
            n=line["persons_needed"] or say("more than 10,000"),
        )
        for line in prospect["lines"]
        if not line["possible"]
    ]


def _oddities(findings: Any) -> None:
    st.header(say("What is odd about it"))
    if not findings:
        st.write(say("✓ Nothing was noticed."))
    for each in findings:
        st.markdown(f"**{words.told(each['title'])}** {words.told(each['explanation'])}")


_show()
