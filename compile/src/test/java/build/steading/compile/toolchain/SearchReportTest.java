// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SearchReportTest {
    @Test
    void readsWhatClangSays() {
        var report = SearchReport.read("""
            clang version 17.0.6
            Configuration file: /etc/clang/clang.cfg
            Found candidate GCC installation: /usr/bin/../lib/gcc/x86_64-linux-gnu/11
            Found candidate GCC installation: /usr/bin/../lib/gcc/x86_64-linux-gnu/12
            Selected GCC installation: /usr/bin/../lib/gcc/x86_64-linux-gnu/12
            ignoring nonexistent directory "/include"
            ignoring duplicate directory "/usr/include"
            #include "..." search starts here:
             quoted
            #include <...> search starts here:
             /usr/lib/my clang/include
             /usr/bin/../include
            End of search list.
            """);
        assertThat(report).get().satisfies(found -> {
            assertThat(found.search().existing()).containsExactly("/usr/lib/my clang/include", "/usr/bin/../include");
            assertThat(found.search().missing()).containsExactly("/include");
            assertThat(found.configurations()).containsExactly("/etc/clang/clang.cfg");
            assertThat(found.installations())
                    .containsExactly(
                            "/usr/bin/../lib/gcc/x86_64-linux-gnu/11", "/usr/bin/../lib/gcc/x86_64-linux-gnu/12");
        });
    }

    @Test
    void otherTextIsNoReport() {
        assertThat(SearchReport.read("")).isEmpty();
        assertThat(SearchReport.read("#include <...> search starts here:\n /usr/include\n"))
                .isEmpty();
        assertThat(SearchReport.read("End of search list.\n#include <...> search starts here:\n"))
                .isEmpty();
    }
}
