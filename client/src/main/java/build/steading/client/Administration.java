// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.api.v1.ChangeMemberRequest;
import build.steading.api.v1.CreateTokenRequest;
import build.steading.api.v1.EnrolmentGrpc;
import build.steading.api.v1.EnrolmentGrpc.EnrolmentBlockingV2Stub;
import build.steading.api.v1.ListMembersRequest;
import build.steading.api.v1.ListTokensRequest;
import build.steading.api.v1.MemberInfo;
import build.steading.api.v1.RevokeTokenRequest;
import build.steading.api.v1.TokenInfo;
import build.steading.auth.Identity;
import build.steading.auth.MemberBook;
import build.steading.auth.Role;
import build.steading.auth.TokenTerms;
import build.steading.failure.SteadingException;
import java.util.List;

/// What admins do with the tokens and members of a farm. Thread-safe.
///
/// What is asked here is told as the server says it, in messages of its own: for people to read.
public final class Administration {
    private static final long ANSWER_BYTES = 1 << 20;

    private final Connection connection;

    Administration(Connection connection) {
        this.connection = connection;
    }

    /// Makes a token.
    ///
    /// @return what its user types; nobody can say it again
    public String createToken(TokenTerms terms) {
        var request = CreateTokenRequest.newBuilder()
                .setKind(
                        switch (terms.kind()) {
                            case JOIN -> CreateTokenRequest.Kind.JOIN;
                            case ACCESS -> CreateTokenRequest.Kind.ACCESS;
                        })
                .setRole(role(terms.role()))
                .setName(terms.name().orElse(""))
                .setReplaces(terms.replaces())
                .setUses(terms.uses())
                .setLifeSeconds(Math.max(1, terms.life().toSeconds()))
                .build();
        // Not tried again: a lost answer would leave a token that nobody knows.
        return once(() -> stub().createToken(request).getText());
    }

    /// Returns all tokens, oldest first.
    public List<TokenInfo> tokens() {
        return connection.retrying(
                () -> stub().listTokens(ListTokensRequest.getDefaultInstance()).getTokensList());
    }

    /// Makes a token worthless at once.
    ///
    /// @throws SteadingException with `NotFound` if there is none
    public void revokeToken(String id) {
        once(() -> stub().revokeToken(RevokeTokenRequest.newBuilder().setId(id).build()));
    }

    public List<MemberInfo> members() {
        return connection.retrying(() ->
                stub().listMembers(ListMembersRequest.getDefaultInstance()).getMembersList());
    }

    /// @throws SteadingException with `NotFound` if there is no such member, `Invalid` if its state does not
    ///     allow it
    public void change(Identity member, MemberBook.Change change) {
        var request = ChangeMemberRequest.newBuilder()
                .setRole(role(member.role()))
                .setName(member.name())
                .setChange(
                        switch (change) {
                            case DRAIN -> ChangeMemberRequest.Change.DRAIN;
                            case RESUME -> ChangeMemberRequest.Change.RESUME;
                            case REVOKE -> ChangeMemberRequest.Change.REVOKE;
                            case REMOVE -> ChangeMemberRequest.Change.REMOVE;
                        })
                .build();
        once(() -> stub().changeMember(request));
    }

    private <T> T once(Connection.Call<T> call) {
        var policy = connection.policy();
        var single = new RetryPolicy(1, policy.firstDelay(), policy.maxDelay(), policy.deadline());
        return new Connection(connection.channel(), connection.instance(), single).retrying(call);
    }

    private EnrolmentBlockingV2Stub stub() {
        return connection.withDeadline(EnrolmentGrpc.newBlockingV2Stub(connection.channel()), ANSWER_BYTES);
    }

    private static MemberInfo.Role role(Role role) {
        return switch (role) {
            case VIEWER -> MemberInfo.Role.VIEWER;
            case BUILDER -> MemberInfo.Role.BUILDER;
            case WORKER -> MemberInfo.Role.WORKER;
            case ADMIN -> MemberInfo.Role.ADMIN;
        };
    }
}
