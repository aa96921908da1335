namespace CrmSolid.Client.Tests;

internal static class Description
{
    public static Task<object> MakeAsync() => Task.FromResult<object>(new { });
}
