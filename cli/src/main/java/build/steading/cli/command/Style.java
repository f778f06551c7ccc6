// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

/// How a piece of text looks on a terminal (ECMA-48 select graphic rendition).
enum Style {
    GOOD("32"),
    BAD("31"),
    WAITING("33"),
    NAME("1"),
    FAINT("2");

    static final String RESET = "\u001b[0m";

    private final String parameters;

    Style(String parameters) {
        this.parameters = parameters;
    }

    String code() {
        return "\u001b[" + parameters + "m";
    }
}
