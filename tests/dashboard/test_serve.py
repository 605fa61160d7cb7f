import subprocess
import sys

CODE = """
from dashboard import serve
serve.load()
import sys
print(*(name for name in ("pandas", "plotly.graph_objs", "streamlit.web.bootstrap") if name in sys.modules))
"""


def test_the_first_visitor_waits_for_no_library_and_nothing_asks_for_a_server_that_is_not_there_yet():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["pandas", "plotly.graph_objs", "streamlit.web.bootstrap"]
    assert "No runtime found" not in done.stderr
