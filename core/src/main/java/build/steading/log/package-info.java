// SPDX-License-Identifier: Apache-2.0
/// What commands print, in order of arrival, with standard output and standard error kept apart. Read
/// [build.steading.log.LogFormat] first: the same bytes are the worker's file, the live stream and the stored
/// blob.
package build.steading.log;
