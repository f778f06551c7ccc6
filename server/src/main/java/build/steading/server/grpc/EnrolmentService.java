// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.api.v1.ChangeMemberRequest;
import build.steading.api.v1.ChangeMemberResponse;
import build.steading.api.v1.CreateTokenRequest;
import build.steading.api.v1.CreateTokenResponse;
import build.steading.api.v1.EnrolRequest;
import build.steading.api.v1.EnrolmentGrpc;
import build.steading.api.v1.IssuedCertificate;
import build.steading.api.v1.ListMembersRequest;
import build.steading.api.v1.ListMembersResponse;
import build.steading.api.v1.ListTokensRequest;
import build.steading.api.v1.ListTokensResponse;
import build.steading.api.v1.RenewRequest;
import build.steading.api.v1.RevokeTokenRequest;
import build.steading.api.v1.RevokeTokenResponse;
import build.steading.auth.AccessToken;
import build.steading.auth.Authority;
import build.steading.auth.Enroller;
import build.steading.auth.JoinToken;
import build.steading.auth.MemberBook;
import build.steading.auth.TokenBook;
import io.grpc.stub.StreamObserver;

/// Speaks `Enrolment` for an [Enroller] and its books.
final class EnrolmentService extends EnrolmentGrpc.EnrolmentImplBase {
    private final Authority authority;
    private final TokenBook tokens;
    private final MemberBook members;
    private final Enroller enroller;

    EnrolmentService(Gate gate) {
        this.authority = gate.authority();
        this.tokens = gate.tokens();
        this.members = gate.members();
        this.enroller = new Enroller(authority, tokens, members, gate.clock());
    }

    @Override
    public void enrol(EnrolRequest request, StreamObserver<IssuedCertificate> response) {
        var signing = request.getSigningRequest().toByteArray();
        answer(response, EnrolmentProtos.issued(enroller.enrol(request.getSecret(), signing, request.getName())));
    }

    @Override
    public void renew(RenewRequest request, StreamObserver<IssuedCertificate> response) {
        var signing = request.getSigningRequest().toByteArray();
        answer(response, EnrolmentProtos.issued(enroller.renew(Callers.current(), signing)));
    }

    @Override
    public void createToken(CreateTokenRequest request, StreamObserver<CreateTokenResponse> response) {
        var made =
                tokens.create(EnrolmentProtos.terms(request), Callers.current().name());
        var text = switch (made.token().terms().kind()) {
            case JOIN -> new JoinToken(authority.fingerprint(), made.secret()).text();
            case ACCESS -> new AccessToken(made.secret()).text();
        };
        answer(
                response,
                CreateTokenResponse.newBuilder()
                        .setText(text)
                        .setToken(EnrolmentProtos.info(made.token()))
                        .build());
    }

    @Override
    public void listTokens(ListTokensRequest request, StreamObserver<ListTokensResponse> response) {
        var list = ListTokensResponse.newBuilder();
        tokens.all().forEach(token -> list.addTokens(EnrolmentProtos.info(token)));
        answer(response, list.build());
    }

    @Override
    public void revokeToken(RevokeTokenRequest request, StreamObserver<RevokeTokenResponse> response) {
        tokens.revoke(request.getId());
        answer(response, RevokeTokenResponse.getDefaultInstance());
    }

    @Override
    public void listMembers(ListMembersRequest request, StreamObserver<ListMembersResponse> response) {
        var list = ListMembersResponse.newBuilder();
        members.all().forEach(member -> list.addMembers(EnrolmentProtos.info(member)));
        answer(response, list.build());
    }

    @Override
    public void changeMember(ChangeMemberRequest request, StreamObserver<ChangeMemberResponse> response) {
        members.change(
                EnrolmentProtos.identity(request.getRole(), request.getName()),
                EnrolmentProtos.change(request.getChange()));
        answer(response, ChangeMemberResponse.getDefaultInstance());
    }

    private static <T> void answer(StreamObserver<T> response, T message) {
        response.onNext(message);
        response.onCompleted();
    }
}
