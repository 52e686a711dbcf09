using Microsoft.AspNetCore.Http;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>A request that cannot be answered as it is, with what is wrong and what to do.</summary>
internal sealed class RequestException(string message, int status = StatusCodes.Status400BadRequest) : Exception(message)
{
    public int Status => status;
}
