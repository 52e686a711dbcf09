using System.Data.Common;

namespace DenoisedSmoothing.Cluster.Storage;

/// <summary>What differs between the databases that can hold a queue.</summary>
internal interface IQueueDatabase : IAsyncDisposable
{
    /// <summary>Where it is, without a password.</summary>
    string Name { get; }

    /// <summary>The clock at a statement's beginning, in seconds since 1970: a double.</summary>
    string Now { get; }

    /// <summary>The type of a key that the database numbers itself.</summary>
    string Identity { get; }

    /// <summary>Follows a query for rows that are about to be changed: skips those that another connection is changing.</summary>
    string SkipLocked { get; }

    /// <summary>A statement that lets only one connection at a time make the tables; empty where nothing is needed.</summary>
    string LockSchema { get; }

    /// <summary>A query for the names of all tables.</summary>
    string Tables { get; }

    /// <summary>A statement after which the planner knows how many images there are; empty where nothing is needed.</summary>
    string Analyze { get; }

    /// <summary>
    /// A parameter that holds a JSON array of arrays, as rows. A second one, with Count added to its name, says how many, so that the
    /// planner knows that they are few.
    /// </summary>
    /// <param name="parameter">With its @.</param>
    /// <param name="columns">Names and types of the inner arrays' elements.</param>
    string Rows(string parameter, params (string Name, string Type)[] columns);

    /// <summary>Opens a connection, or takes one from a pool.</summary>
    /// <param name="create">Whether a missing database is made, if it is a file.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<DbConnection> ConnectAsync(bool create, CancellationToken cancellationToken);

    /// <summary>Begins a writing transaction. Null where every command is one by itself and no more is needed.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="several">Whether it has several commands.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<DbTransaction?> BeginAsync(DbConnection connection, bool several, CancellationToken cancellationToken);

    /// <summary>Whether the same call can succeed in a while.</summary>
    bool IsPassing(Exception error);

    /// <summary>The explanation of an error that is not the queue's own.</summary>
    string Explain(DbException error);
}
