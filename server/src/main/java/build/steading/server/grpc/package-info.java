// SPDX-License-Identifier: Apache-2.0
/// Speaks the Remote Execution API over gRPC for core's ports. Start with
/// [build.steading.server.grpc.GrpcServer]; the services behind it translate and decide nothing. Untrusted
/// messages become domain values in `Protos`, failures become statuses in `GrpcStatus`, and nothing else in the
/// server knows `io.grpc`.
package build.steading.server.grpc;
