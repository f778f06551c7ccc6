// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import build.steading.auth.Members;
import build.steading.auth.MembersContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteMembersTest extends MembersContract {
    @TempDir
    private Path directory;

    private SqliteDatabase database;

    @BeforeEach
    void open() {
        database = new SqliteDatabase(directory.resolve("records.db"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Override
    protected Members members() {
        return new SqliteMembers(database);
    }
}
