using System.Data.Common;
using System.Diagnostics;
using System.Globalization;

namespace DenoisedSmoothing.Cluster.Storage;

/// <summary>Calls to a database that may restart in the middle of any of them: each is retried, with pauses, for a bounded time.</summary>
/// <param name="database">The database.</param>
/// <param name="patience">How long to wait for it.</param>
internal sealed class DatabaseCalls(IQueueDatabase database, TimeSpan patience)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(50), s_longest = TimeSpan.FromSeconds(5);

    /// <summary>Reads.</summary>
    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> call, CancellationToken cancellationToken) =>
        TryAsync(create: false, call, cancellationToken);

    /// <summary>Writes everything or nothing.</summary>
    /// <param name="call">One command, unless said otherwise; it can be called again.</param>
    /// <param name="several">Whether it has several commands.</param>
    /// <param name="create">Whether a missing database is made.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<T> WriteAsync<T>(
        Func<DbConnection, Task<T>> call, CancellationToken cancellationToken, bool several = false, bool create = false) =>
        TryAsync(create, async connection =>
        {
            DbTransaction? transaction = await database.BeginAsync(connection, several, cancellationToken).ConfigureAwait(false);
            if (transaction is null)
                return await call(connection).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                T result = await call(connection).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return result;
            }
        }, cancellationToken);

    public static DbCommand Command(DbConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in parameters)
        {
            DbParameter parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private async Task<T> TryAsync<T>(bool create, Func<DbConnection, Task<T>> call, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        for (TimeSpan pause = s_first; ; pause = pause * 2 < s_longest ? pause * 2 : s_longest)
        {
            try
            {
                DbConnection connection = await database.ConnectAsync(create, cancellationToken).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                    return await call(connection).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && database.IsPassing(e))
            {
                if (Stopwatch.GetElapsedTime(began) + pause > patience)
                    throw new QueueUnavailableException(string.Create(CultureInfo.InvariantCulture,
                        $"The queue {database.Name} did not answer for {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s: "
                        + $"{(e is DbException refused ? database.Explain(refused) : e.Message).TrimEnd('.')}."), e);
            }
            catch (Exception e) when (cancellationToken.IsCancellationRequested && e is not OperationCanceledException)
            {
                throw new OperationCanceledException(e.Message, e, cancellationToken);
            }
            catch (DbException e)
            {
                throw new IOException($"The queue {database.Name} refuses: {database.Explain(e)}", e);
            }

            // Not all workers at once.
            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), cancellationToken).ConfigureAwait(false);
        }
    }
}
