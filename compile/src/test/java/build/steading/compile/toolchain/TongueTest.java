// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TongueTest {
    @Test
    void firstVariableThatIsSetCounts() {
        assertThat(Tongue.of(Map.of("LANG", "de_DE", "LC_CTYPE", "C.UTF-8", "LC_ALL", "")))
                .isEqualTo(new Tongue("C.UTF-8", "de_DE", List.of()));
        assertThat(Tongue.of(Map.of("LC_ALL", "C", "LC_CTYPE", "C.UTF-8", "LANGUAGE", "de:fr")))
                .isEqualTo(new Tongue("C", "C", List.of("de", "fr")));
        assertThat(Tongue.of(Map.of())).isEqualTo(new Tongue("C", "C", List.of()));
    }

    @Test
    void localesAreLookedForUnderSeveralNames() {
        assertThat(Tongue.variants("de_DE.UTF-8"))
                .containsExactly("de_DE.UTF-8", "de_DE.utf8", "de_DE", "de.UTF-8", "de.utf8", "de");
        assertThat(Tongue.variants("ca_ES@valencia")).containsExactly("ca_ES@valencia", "ca_ES", "ca@valencia", "ca");
        assertThat(Tongue.variants("C.8859-1")).containsExactly("C.8859-1", "C.iso88591", "C");
        assertThat(Tongue.variants("../../etc")).isEmpty();
    }

    @Test
    void onlyOtherSetsThanUnicodeNeedConversion() {
        assertThat(tongue("C").needsConversion()).isFalse();
        assertThat(tongue("POSIX").needsConversion()).isFalse();
        assertThat(tongue("C.UTF-8").needsConversion()).isFalse();
        assertThat(tongue("de_DE.utf8@euro").needsConversion()).isFalse();
        assertThat(tongue("de_DE").needsConversion()).isTrue();
        assertThat(tongue("de_DE.ISO-8859-1").needsConversion()).isTrue();
    }

    @Test
    void plainLocalesNeedNoFiles() throws Exception {
        var footprint = new Footprint(new Evidence(Stamps::of));
        tongue("C").addTo(footprint, Path.of("/usr"));
        tongue("POSIX").addTo(footprint, Path.of("/usr"));
        assertThat(footprint.files()).isEmpty();
    }

    private static Tongue tongue(String locale) {
        return Tongue.of(Map.of("LANG", locale));
    }
}
