// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

class MemoryTokensTest extends TokensContract {
    private final Tokens tokens = new MemoryTokens();

    @Override
    protected Tokens tokens() {
        return tokens;
    }
}
