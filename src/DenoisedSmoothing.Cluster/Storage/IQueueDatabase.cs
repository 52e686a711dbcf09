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

    /// <summary>Behind a query of rows that are about to be changed: passes over those that someone else is changing.</summary>
    string SkipLocked { get; }

    /// <summary>A statement that lets one at a time make the tables; empty where nothing is needed.</summary>
    string LockSchema { get; }

    /// <summary>A query of the names of all tables.</summary>
    string Tables { get; }

    /// <summary>A statement after which the planner knows how many images there are; empty where nothing is needed.</summary>
    string Analyze { get; }

    /// <summary>
    /// A parameter that holds a JSON array of arrays, as rows. A second one of its name with Count says how many, so that the planner knows
    /// that they are few.
    /// </summary>
    /// <param name="parameter">With its @.</param>
    /// <param name="columns">Names and types of the inner arrays' places.</param>
    string Rows(string parameter, params (string Name, string Type)[] columns);

    /// <summary>Opens a connection, or takes one from a pool.</summary>
    /// <param name="create">Whether a database that is not there is made, where a file is one.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<DbConnection> ConnectAsync(bool create, CancellationToken cancellationToken);

    /// <summary>Begins a transaction that writes. Null where every command is one by itself and no more is asked for.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="several">Whether it has several commands.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<DbTransaction?> BeginAsync(DbConnection connection, bool several, CancellationToken cancellationToken);

    /// <summary>Whether the same call can succeed in a while.</summary>
    bool IsPassing(Exception error);

    /// <summary>What to say of an error that is none of the queue's own.</summary>
    string Explain(DbException error);
}
