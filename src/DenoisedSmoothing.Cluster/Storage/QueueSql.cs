namespace DenoisedSmoothing.Cluster.Storage;

/// <summary>The queue's tables and statements. States of an image: 0 waits, 1 leased, 2 done, 3 parked.</summary>
/// <param name="database">The database, whose dialect is used.</param>
internal sealed class QueueSql(IQueueDatabase database)
{
    /// <summary>The version of the tables.</summary>
    public const int Version = 1;

    public const string VersionTable = "dds_schema";

    private readonly string _leases = database.Rows("@leases", ("given_image", "bigint"), ("given_fence", "bigint"));

    public string Create =>
        $"""
        {database.LockSchema}
        CREATE TABLE IF NOT EXISTS {VersionTable} (version INTEGER NOT NULL PRIMARY KEY);
        INSERT INTO {VersionTable} (version) SELECT {Version} WHERE NOT EXISTS (SELECT 1 FROM {VersionTable});
        CREATE TABLE IF NOT EXISTS dds_run (
            id {database.Identity} PRIMARY KEY, name TEXT NOT NULL UNIQUE, settings TEXT NOT NULL, command TEXT NOT NULL,
            images BIGINT NOT NULL, created DOUBLE PRECISION NOT NULL);
        CREATE TABLE IF NOT EXISTS dds_image (
            run BIGINT NOT NULL REFERENCES dds_run (id), image BIGINT NOT NULL,
            state SMALLINT NOT NULL DEFAULT 0, fence BIGINT NOT NULL DEFAULT 0, owner TEXT, expires DOUBLE PRECISION,
            attempts INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, losses INTEGER NOT NULL DEFAULT 0, error TEXT,
            PRIMARY KEY (run, image));
        CREATE INDEX IF NOT EXISTS dds_image_waiting ON dds_image (run, attempts, image) WHERE state = 0;
        CREATE INDEX IF NOT EXISTS dds_image_leased ON dds_image (run, expires) WHERE state = 1;
        CREATE TABLE IF NOT EXISTS dds_result (
            run BIGINT NOT NULL, image BIGINT NOT NULL, fence BIGINT NOT NULL, worker TEXT NOT NULL, line TEXT NOT NULL,
            label INTEGER, predicted INTEGER, radius DOUBLE PRECISION NOT NULL, seconds DOUBLE PRECISION NOT NULL,
            finished DOUBLE PRECISION NOT NULL, PRIMARY KEY (run, image));
        CREATE TABLE IF NOT EXISTS dds_worker (
            run BIGINT NOT NULL, worker TEXT NOT NULL, host TEXT NOT NULL, process BIGINT NOT NULL,
            started DOUBLE PRECISION NOT NULL, heartbeat DOUBLE PRECISION NOT NULL, has_left SMALLINT NOT NULL,
            PRIMARY KEY (run, worker));
        """;

    public string AddRun =>
        $"""
        INSERT INTO dds_run (name, settings, command, images, created) VALUES (@name, @settings, @command, @images, {database.Now})
        ON CONFLICT (name) DO NOTHING RETURNING id
        """;

    public string AddImages =>
        $"""
        INSERT INTO dds_image (run, image) SELECT @run, given_image FROM {database.Rows("@indices", ("given_image", "bigint"))} AS given;
        {database.Analyze}
        """;

    public string Runs => "SELECT id, name, settings, command, images, created FROM dds_run ORDER BY id";

    /// <summary>Expired leases: their images wait again, or are parked.</summary>
    public string Reap =>
        $"""
        WITH lost AS MATERIALIZED (
            SELECT image AS lost_image FROM dds_image WHERE run = @run AND state = 1 AND expires < {database.Now} {database.SkipLocked})
        UPDATE dds_image SET state = CASE WHEN losses + 1 >= @mostLosses THEN 3 ELSE 0 END,
            error = CASE WHEN losses + 1 >= @mostLosses THEN @lostError ELSE error END,
            losses = losses + 1, attempts = attempts + 1, owner = NULL, expires = NULL
        FROM lost WHERE run = @run AND image = lost_image;

        """;

    public string LeaseFresh => Lease("attempts < 1");

    public string LeaseTried => Lease("attempts >= 1");

    public string Renew =>
        $"""
        INSERT INTO dds_worker (run, worker, host, process, started, heartbeat, has_left)
        VALUES (@run, @worker, @host, @process, {database.Now}, {database.Now}, 0)
        ON CONFLICT (run, worker) DO UPDATE SET heartbeat = excluded.heartbeat, has_left = 0;
        UPDATE dds_image SET expires = {database.Now} + @time FROM {_leases} AS given
        WHERE run = @run AND image = given_image AND fence = given_fence AND state = 1 RETURNING image
        """;

    /// <summary>
    /// An answer counts if its fencing number is the image's latest, even if the lease has expired but no worker has taken the image since.
    /// </summary>
    public string Complete
    {
        get
        {
            string given = database.Rows("@results", ("given_image", "bigint"), ("given_fence", "bigint"), ("given_line", "text"),
                ("given_label", "integer"), ("given_predicted", "integer"), ("given_radius", "double precision"),
                ("given_seconds", "double precision"));
            return $"""
                UPDATE dds_image SET state = 2, owner = NULL, expires = NULL, error = NULL FROM {given} AS given
                WHERE run = @run AND image = given_image AND fence = given_fence AND state <> 2;
                INSERT INTO dds_result (run, image, fence, worker, line, label, predicted, radius, seconds, finished)
                SELECT i.run, i.image, i.fence, @worker, given_line, given_label, given_predicted, given_radius, given_seconds,
                    {database.Now}
                FROM {given} AS given JOIN dds_image i ON i.run = @run AND i.image = given_image AND i.fence = given_fence AND i.state = 2
                WHERE true
                ON CONFLICT (run, image) DO UPDATE SET fence = excluded.fence, worker = excluded.worker, line = excluded.line,
                    label = excluded.label, predicted = excluded.predicted, radius = excluded.radius, seconds = excluded.seconds,
                    finished = excluded.finished
                WHERE dds_result.fence < excluded.fence
                RETURNING image
                """;
        }
    }

    public string Fail =>
        """
        UPDATE dds_image SET state = CASE WHEN failures + 1 >= @mostFailures THEN 3 ELSE 0 END,
            failures = failures + 1, attempts = attempts + 1, owner = NULL, expires = NULL, error = @error
        WHERE run = @run AND image = @image AND fence = @fence AND state = 1
        """;

    public string Leave =>
        $"""
        UPDATE dds_worker SET has_left = 1, heartbeat = {database.Now} WHERE run = @run AND worker = @worker;
        UPDATE dds_image SET state = 0, owner = NULL, expires = NULL FROM {_leases} AS given
        WHERE run = @run AND image = given_image AND fence = given_fence AND state = 1
        """;

    public string HasWork =>
        """
        SELECT CASE WHEN EXISTS (SELECT 1 FROM dds_image WHERE run = @run AND state = 0)
            OR EXISTS (SELECT 1 FROM dds_image WHERE run = @run AND state = 1) THEN 1 ELSE 0 END
        """;

    public string RetryPoisoned =>
        "UPDATE dds_image SET state = 0, failures = 0, losses = 0 WHERE run = @run AND state = 3";

    public string Counts =>
        $"SELECT state, count(*), {database.Now} FROM dds_image WHERE run = @run GROUP BY state";

    public string Workers =>
        """
        SELECT w.worker, host, process, started, heartbeat, has_left, coalesce(done, 0) FROM dds_worker w
        LEFT JOIN (SELECT worker, count(*) AS done FROM dds_result WHERE run = @run GROUP BY worker) AS own ON own.worker = w.worker
        WHERE run = @run ORDER BY heartbeat DESC
        """;

    public string Poisoned =>
        "SELECT image, attempts, coalesce(error, '') FROM dds_image WHERE run = @run AND state = 3 ORDER BY image LIMIT 20";

    public string Results => "SELECT image, line FROM dds_result WHERE run = @run AND image > @after ORDER BY image LIMIT @most";

    /// <summary>Abstentions, accuracy and what was finished recently.</summary>
    /// <param name="radii">How many radii, as @r0, @r1 and so on.</param>
    public string Tally(int radii) =>
        $"""
        SELECT coalesce(sum(CASE WHEN label IS NULL THEN 1 ELSE 0 END), 0),
            coalesce(sum(CASE WHEN label IS NOT NULL AND predicted IS NULL THEN 1 ELSE 0 END), 0),
            coalesce(sum(CASE WHEN finished > {database.Now} - @window THEN 1 ELSE 0 END), 0),
            coalesce(min(finished), 0), {database.Now}
            {string.Concat(Enumerable.Range(0, radii).Select(static i =>
                $", coalesce(sum(CASE WHEN predicted = label AND radius >= @r{i} THEN 1 ELSE 0 END), 0)"))}
        FROM dds_result WHERE run = @run
        """;

    // Ordered by attempts although they hardly differ: only the index of waiting images has this order, so that index is used.
    private string Lease(string which) =>
        $"""
        WITH next AS MATERIALIZED (
            SELECT image AS next_image FROM dds_image WHERE run = @run AND state = 0 AND {which}
            ORDER BY attempts, image LIMIT @most {database.SkipLocked})
        UPDATE dds_image SET state = 1, fence = fence + 1, owner = @worker, expires = {database.Now} + @time
        FROM next WHERE run = @run AND image = next_image RETURNING image, fence, attempts
        """;
}
