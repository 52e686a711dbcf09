namespace DenoisedSmoothing.Tool;

/// <summary>A part of a page.</summary>
/// <param name="Id">Its anchor.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Body">Its content; if empty, the section is left out.</param>
internal sealed record PageSection(string Id, string Title, Markup Body);
