/** The Firefox Profiler's command line, which loads a file with the code of profiler.firefox.com. */

import "@firefox-devtools/profiler-cli";
