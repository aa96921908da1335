using System.Web;

namespace CrmSolid.Client.Hosting.Tests;

/// <summary>The log of events of the API: a cursor is how many events are before it.</summary>
internal sealed class FakeLog
{
    private readonly List<string> _events = [];
    private int _requests;

    public FakeLog() => Api = new(Answer);

    public FakeApi Api { get; }

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Answers in place of the log while it is not null.</summary>
    public Func<HttpResponseMessage>? Outage { get; set; }

    public void Add(params string[] events)
    {
        lock (_events)
        {
            _events.AddRange(events);
        }
    }

    private HttpResponseMessage Answer(HttpRequestMessage request)
    {
        Interlocked.Increment(ref _requests);
        if (Outage is { } outage)
        {
            return outage();
        }
        var query = HttpUtility.ParseQueryString(request.RequestUri!.Query);
        lock (_events)
        {
            bool isEnd = query["since"]!.StartsWith("2999", StringComparison.Ordinal);
            int start = query["cursor"] is { } cursor ? int.Parse(cursor) : isEnd ? _events.Count : 0;
            string[] rows = [.. _events.Skip(start).Take(100)];
            return FakeApi.Json(200, Events.Page($"{start + rows.Length}", rows));
        }
    }
}
