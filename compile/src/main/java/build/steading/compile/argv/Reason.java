// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

/// Why a command line is not run elsewhere. The words are stable: statistics are kept under them.
public enum Reason {
    LINK("link"),
    PREPROCESS("preprocess only"),
    DEPENDENCIES("dependencies only"),
    SYNTAX("syntax only"),
    QUERY("query"),
    NO_SOURCE("no source"),
    SEVERAL_SOURCES("several sources"),
    STANDARD_INPUT("stdin"),
    STANDARD_OUTPUT("stdout"),
    DEVICE("output is a device"),
    OUTPUT_NAME("output name"),
    UNKNOWN_COMPILER("unknown compiler"),
    UNKNOWN_LANGUAGE("unknown language"),
    UNKNOWN_OPTION("unknown option"),
    NATIVE("native tuning"),
    PLUGIN("plugin"),
    TOOLCHAIN("altered toolchain"),
    MODULES("modules"),
    PRECOMPILED_HEADER("precompiled header"),
    BITCODE("bitcode"),
    DUMPS("dumps"),
    TEMPORARIES("temporaries"),
    LISTING("listing"),
    REPORT("report"),
    PROFILE("profile"),
    SEARCH_PATH("search path"),
    CHARSET("charset"),
    ARCHITECTURES("several architectures"),
    PROGRAM_DATABASE("program database"),
    ENVIRONMENT("environment"),
    RESPONSE_FILE("response file"),
    UNDECODABLE("undecodable name");

    private final String word;

    Reason(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
