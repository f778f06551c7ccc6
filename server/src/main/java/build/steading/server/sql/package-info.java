// SPDX-License-Identifier: Apache-2.0
/// Keeps records in SQLite. [build.steading.server.sql.SqliteDatabase] groups commits and applies migrations,
/// which are plain SQL scripts beside this package's classes; the others translate between rows and core's
/// records.
package build.steading.server.sql;
